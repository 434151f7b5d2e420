import type { Task } from "../../domain/task.ts";
import { gradeKey, resultOf, type Trial, type TrialSpec } from "../../domain/trial.ts";
import type { Workspace } from "../../workspace.ts";
import { isKept } from "./artifact.ts";
import type { Regraded, TrialRoom } from "./trial.ts";

/** Grades cost nothing to find again: they are written so many at a time. */
const gradesAtOnce = 100;

/** Trials as the record has them, by what is left to do. */
export interface Sorted {
  readonly done: readonly Trial[];
  /** Made already, and not yet judged by today's criteria. */
  readonly toGrade: readonly TrialSpec[];
  readonly missing: readonly TrialSpec[];
  /** Those of the missing that take the place of a stored one, by key, with when that was made. */
  readonly again: ReadonlyMap<string, string>;
}

export async function sortByWhatIsLeft(
  { record, objects }: Workspace,
  specs: readonly TrialSpec[],
  tasks: ReadonlyMap<string, Task>,
): Promise<Sorted> {
  const sorted = { done: [] as Trial[], toGrade: [] as TrialSpec[], missing: [] as TrialSpec[] };
  const again = new Map<string, string>();
  for (const spec of specs) {
    const task = tasks.get(spec.task)!;
    const stored = record.index.trials.find(spec.key);
    const known = stored && withGrade(record.index.trials, stored, task);
    if (known) sorted.done.push({ ...known, arm: spec.arm });
    else if (await isKept(objects, task, stored?.artifact)) sorted.toGrade.push(spec);
    else {
      sorted.missing.push(spec);
      if (stored) again.set(spec.key, stored.timestamp);
    }
  }
  return { ...sorted, again };
}
/** A stored trial with the grade of today's criteria, if there is one. */
export function withGrade(
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
export async function* regraded(
  { record, executor, now }: Workspace,
  room: Pick<TrialRoom, "regrade">,
  specs: readonly TrialSpec[],
  options: { concurrency: number; signal?: AbortSignal },
): AsyncGenerator<Regraded> {
  const graded: Regraded[] = [];
  const write = () =>
    record.write(() =>
      graded.splice(0).map(({ gradeKey: key, score, reason, spent }) => ({
        ...{ kind: "grade" as const, key, score, reason, timestamp: now().toISOString() },
        ...(spent.tokens === 0 ? {} : spent),
      })),
    );
  const regrade = (spec: TrialSpec, slot: number) =>
    room.regrade({ ...record.index.trials.find(spec.key)!, arm: spec.arm }, slot);
  try {
    for await (const again of executor.run(specs, regrade, options)) {
      if (again.result !== "ungraded") graded.push(again);
      // A model's judgement is paid for: it is kept at once.
      if (graded.length >= gradesAtOnce || again.spent.tokens > 0) write();
      yield again;
    }
  } finally {
    write();
  }
}
