import type { Config } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import type { ArmScore, TaskScore } from "../domain/evaluation.ts";
import { shuffled } from "../domain/random.ts";
import type { Task } from "../domain/task.ts";
import { type Arm, arms, runKey, type Stream, type Trial, type TrialSpec } from "../domain/trial.ts";
import { mean, type TaskEvidence } from "../domain/verdict/decide.ts";
import { permutationTest } from "../domain/verdict/exact.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import type { Workspace } from "../workspace.ts";
import { openTrialRoom } from "./trial.ts";

/** Two trees, and everything that a trial of either depends on. */
export interface Comparison {
  readonly config: Config;
  readonly commit: string;
  readonly trees: Readonly<Record<Arm, string>>;
  /** The baseline's commit. */
  readonly baseline: string;
  readonly bankDigest: string;
  /** The tasks that decide. */
  readonly tasks: readonly Task[];
  readonly sandbox: Sandbox;
  /** All that decides what a trial can reach: the sandbox's profile, the network, the mounts. */
  readonly containment: string;
  readonly agent: string;
  /** Names the comparison's own streams of evidence. */
  readonly stream: string;
  readonly signal?: AbortSignal;
}

/** Above this share of errors in an arm, what is left is not evidence. */
const mostErrors = 0.1;

/**
 * Every trial of a stream, up to `runs` per task and arm: stored ones as they are, missing ones made now, both arms
 * in one randomly interleaved order. Each is recorded as it ends, so that nothing paid for is lost.
 * @throws KiraError `unavailable` if the infrastructure failed too often, `interrupted` on a signal
 */
export async function runTrials(
  workspace: Workspace,
  comparison: Comparison,
  purpose: "pair" | "guard",
  tasks: readonly Task[],
  runs: number,
): Promise<Trial[]> {
  const { record, executor, report } = workspace;
  const specs = specsOf(comparison, `${purpose}:${comparison.stream}`, tasks, runs);
  const trials = specs.flatMap(({ key }) => record.index.trials.find(key) ?? []);
  const stored = new Set(trials.map(({ key }) => key));
  const missing = shuffled(
    specs.filter(({ key }) => !stored.has(key)),
    comparison.stream,
  );
  const tell = () =>
    report({
      kind: "trials",
      done: trials.length,
      total: specs.length,
      baseline: meanOf(trials, "baseline"),
      candidate: meanOf(trials, "candidate"),
    });

  await using room = openTrialRoom(workspace, {
    ...comparison,
    tasks: new Map(tasks.map((task) => [task.name, task])),
  });
  const options = {
    concurrency: comparison.config.evaluate.concurrency,
    ...(comparison.signal === undefined ? {} : { signal: comparison.signal }),
  };
  try {
    for await (const trial of executor.run(missing, (spec, slot) => room.attempt(spec, slot), options)) {
      trials.push(trial);
      if (trial.result !== "error") record.write(() => [{ kind: "trial", ...trial }]);
      tell();
    }
  } catch (error) {
    if (!comparison.signal?.aborted) throw error;
  }
  if (comparison.signal?.aborted)
    throw new KiraError(
      "interrupted",
      `Stopped after ${trials.length} of ${specs.length} trials; they are kept. Run the same command to go on.`,
    );
  refuseBadInfrastructure(trials);
  return trials;
}

function specsOf(
  { trees, agent, containment }: Comparison,
  stream: string,
  tasks: readonly Task[],
  runs: number,
): TrialSpec[] {
  return tasks.flatMap((task) =>
    arms.flatMap((arm) =>
      Array.from({ length: runs }, (_, repeat) => {
        const { name, attemptDigest } = task;
        const run = {
          tree: trees[arm],
          task: name,
          attemptDigest,
          agent,
          sandbox: containment,
          stream: stream as Stream,
          repeat,
        };
        return { ...run, key: runKey(run), arm };
      }),
    ),
  );
}

/** Failures of the infrastructure are no failures of the agent: too many, or more in one arm, and nothing is judged. */
function refuseBadInfrastructure(trials: readonly Trial[]): void {
  const errors = arms.map((arm) =>
    trials.filter((trial) => trial.arm === arm).map(({ result }) => Number(result === "error")),
  );
  const [baseline = [], candidate = []] = errors;
  const lopsided =
    Math.min(permutationTest(baseline, candidate), permutationTest(candidate, baseline)) < 0.025;
  if (!lopsided && errors.every((arm) => mean(arm) <= mostErrors)) return;
  const counts = [baseline, candidate].map((arm) => `${arm.reduce((a, b) => a + b, 0)} of ${arm.length}`);
  const example = trials.find(({ result }) => result === "error")?.reason;
  throw new KiraError(
    "unavailable",
    `There is no verdict: ${counts[0]} baseline and ${counts[1]} candidate trials failed for reasons that are not the agent's (${example}). Mend that and run the same command; finished trials are kept.`,
  );
}

export function evidenceOf(tasks: readonly Task[], trials: readonly Trial[]): TaskEvidence[] {
  const byTask = Map.groupBy(
    trials.filter(({ result }) => result !== "error"),
    ({ task }) => task,
  );
  return tasks.map(({ name, category, family, mustPass }) => {
    const scores = (arm: Arm) =>
      (byTask.get(name) ?? []).filter((trial) => trial.arm === arm).map(({ score }) => score);
    return {
      task: name,
      category,
      family: family ?? name,
      mustPass,
      baseline: scores("baseline"),
      candidate: scores("candidate"),
    };
  });
}

export function scoresOf(tasks: readonly Task[], trials: readonly Trial[]): TaskScore[] {
  const byTask = Map.groupBy(trials, ({ task }) => task);
  return tasks.map(({ name, category }) => {
    const total = (arm: Arm): ArmScore => {
      const mine = (byTask.get(name) ?? []).filter((trial) => trial.arm === arm);
      const counted = mine.filter(({ result }) => result !== "error");
      return {
        trials: counted.length,
        score: counted.reduce((sum, { score }) => sum + score, 0),
        errors: mine.length - counted.length,
      };
    };
    return { task: name, category, baseline: total("baseline"), candidate: total("candidate") };
  });
}

function meanOf(trials: readonly Trial[], arm: Arm): number {
  return mean(
    trials.filter((trial) => trial.arm === arm && trial.result !== "error").map(({ score }) => score),
  );
}
