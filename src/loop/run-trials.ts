import type { Budget } from "../domain/budget.ts";
import { KiraError } from "../domain/errors.ts";
import type { FileEntry } from "../domain/paths.ts";
import { shuffled } from "../domain/random.ts";
import { Tally } from "../domain/tally.ts";
import type { Task } from "../domain/task.ts";
import { gradeKey, resultOf, type Trial, type TrialSpec } from "../domain/trial.ts";
import type { Workspace } from "../workspace.ts";
import { hold, isKept, objectsOf } from "./artifact.ts";
import { type Comparison, refuseBadInfrastructure, specsOf } from "./compare.ts";
import { openTrialRoom, type TrialRoom } from "./trial.ts";

/** Grades cost nothing to find again: they are written so many at a time. */
const gradesAtOnce = 100;
/** Trials are in the journal as each ends, and in the index, which follows from it, so many at a time. */
const indexedAtOnce = 200;

/** The trials of a stream as the record has them, by what is left to do. */
interface Sorted {
  readonly done: readonly Trial[];
  /** Made already, and not yet judged by today's criteria. */
  readonly toGrade: readonly TrialSpec[];
  readonly missing: readonly TrialSpec[];
  /** Those of the missing that take the place of a stored one. */
  readonly again: ReadonlySet<string>;
}

/**
 * Every trial of a stream, up to `runs` per task and arm: stored ones as they are, regraded if their grader has
 * changed; missing ones made now, both arms in one randomly interleaved order. Each is recorded as it ends, so that
 * nothing paid for is lost.
 * @throws KiraError `unavailable` if the infrastructure failed too often, `interrupted` on a signal, `inconclusive`
 *   when a limit of the budget is reached
 */
export async function runTrials(
  workspace: Workspace,
  comparison: Comparison,
  purpose: "pair" | "guard",
  tasks: readonly Task[],
  runs: number,
): Promise<Trial[]> {
  const { record, executor, report } = workspace;
  const { budget, signal } = comparison;
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const stream = `${purpose}:${comparison.stream}` as const;
  const specs = specsOf(comparison, stream, tasks, runs);
  const { done, toGrade, missing, again } = await sort(workspace, specs, byName);

  const trials: Trial[] = [];
  const objects = new Map<string, FileEntry>();
  const tally = new Tally();
  const take = ({ artifact, ...trial }: Trial) => {
    trials.push(trial);
    tally.add(trial);
    for (const [path, entry] of artifact ? objectsOf({ ...trial, artifact }) : []) objects.set(path, entry);
  };
  done.forEach(take);

  const began = performance.now();
  const spent = { made: 0, costUsd: 0 };
  const tell = () => {
    const estimate = tally.estimate();
    const elapsedMs = performance.now() - began;
    report({ kind: "trials", done: trials.length, total: specs.length, estimate, elapsedMs, ...spent });
  };
  await using room = openTrialRoom(workspace, { ...comparison, tasks: byName });
  const options = {
    concurrency: comparison.config.evaluate.concurrency,
    ...(signal === undefined ? {} : { signal }),
  };
  const short: { reason?: string } = {};
  try {
    for await (const trial of regraded(workspace, room, toGrade, options)) take(trial);
    const launched = affordable(shuffled(missing, comparison.stream), budget, short);
    for await (const trial of executor.run(launched, (spec, slot) => room.attempt(spec, slot), options)) {
      budget.end(trial.costUsd);
      const made = again.has(trial.key) ? { ...trial, again: true as const } : trial;
      if (trial.result !== "error") record.append([{ kind: "trial", ...made }]);
      take(made);
      spent.made++;
      if (spent.made % indexedAtOnce === 0) record.catchUp();
      spent.costUsd += trial.costUsd;
      tell();
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    record.catchUp();
    await hold(workspace, stream, objects);
  }
  if (signal?.aborted)
    throw new KiraError(
      "interrupted",
      `Stopped after ${trials.length} of ${specs.length} trials; they are kept. Run the same command to go on.`,
    );
  if (short.reason !== undefined)
    throw new KiraError(
      "inconclusive",
      `Stopped after ${trials.length} of ${specs.length} trials (${spent.made} now, for $${spent.costUsd.toFixed(2)}): ${short.reason}. They are kept, and there is no verdict yet. Go on with: kira-improve evaluate --proposal-id ${comparison.proposalId}.`,
      { trials: trials.length, costUsd: spent.costUsd },
    );
  refuseBadInfrastructure(trials);
  // In one order whatever ended first: sums of the same scores are then the same to the last bit.
  const byKey = new Map(trials.map((trial) => [trial.key, trial]));
  return specs.flatMap(({ key }) => byKey.get(key) ?? []);
}

async function sort(
  { record, objects }: Workspace,
  specs: readonly TrialSpec[],
  tasks: ReadonlyMap<string, Task>,
): Promise<Sorted> {
  const sorted = { done: [] as Trial[], toGrade: [] as TrialSpec[], missing: [] as TrialSpec[] };
  const again = new Set<string>();
  for (const spec of specs) {
    const task = tasks.get(spec.task)!;
    const stored = record.index.trials.find(spec.key);
    const known = stored && withGrade(record.index.trials, stored, task);
    if (known) sorted.done.push({ ...known, arm: spec.arm });
    else if (await isKept(objects, task, stored?.artifact)) sorted.toGrade.push(spec);
    else {
      sorted.missing.push(spec);
      if (stored) again.add(spec.key);
    }
  }
  return { ...sorted, again };
}

/** A stored trial with the grade of today's criteria, if there is one. */
function withGrade(
  store: Workspace["record"]["index"]["trials"],
  trial: Trial,
  { gradingDigest }: Task,
): Trial | undefined {
  const { artifact } = trial;
  const key = artifact ? gradeKey(artifact.digest, gradingDigest) : trial.gradeKey;
  if (key === trial.gradeKey && trial.result !== "ungraded") return trial;
  const grade = store.findGrade(key);
  return grade && artifact && { ...trial, ...grade, gradeKey: key, result: resultOf(artifact.ending, grade) };
}

/** Stored trials, judged anew and recorded so. */
async function* regraded(
  { record, executor, now }: Workspace,
  room: TrialRoom,
  specs: readonly TrialSpec[],
  options: { concurrency: number; signal?: AbortSignal },
): AsyncGenerator<Trial> {
  const graded: Trial[] = [];
  const write = () =>
    record.write(() =>
      graded.splice(0).map(({ gradeKey: key, score, reason }) => ({
        ...{ kind: "grade" as const, key, score, reason, timestamp: now().toISOString() },
      })),
    );
  const regrade = (spec: TrialSpec, slot: number) =>
    room.regrade({ ...record.index.trials.find(spec.key)!, arm: spec.arm }, slot);
  try {
    for await (const trial of executor.run(specs, regrade, options)) {
      if (trial.result !== "ungraded") graded.push(trial);
      if (graded.length >= gradesAtOnce) write();
      yield trial;
    }
  } finally {
    write();
  }
}

/** Hands out trials one by one, as long as the budget allows another. */
function* affordable(
  specs: readonly TrialSpec[],
  budget: Budget,
  short: { reason?: string },
): Generator<TrialSpec> {
  for (const spec of specs) {
    const reason = budget.exhausted();
    if (reason !== undefined) {
      short.reason = reason;
      return;
    }
    budget.start();
    yield spec;
  }
}
