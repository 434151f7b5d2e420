import type { Task } from "../../domain/task.ts";
import { type Arm, runKey, type Stream, type TrialSpec } from "../../domain/trial.ts";
import type { Comparison } from "./comparison.ts";

/** One trial of a comparison. */
export function specOf(
  { trees, visible, agent, containment }: Comparison,
  { name, attemptDigest }: Pick<Task, "name" | "attemptDigest">,
  arm: Arm,
  stream: Stream,
  repeat: number,
): TrialSpec {
  const run = {
    tree: visible[arm],
    task: name,
    attemptDigest,
    agent,
    sandbox: containment,
    stream,
    repeat,
  };
  return { ...run, key: runKey(run), arm, source: trees[arm] };
}
