import type { TaskEvidence } from "../../../src/domain/verdict/decide.ts";

/** A task with so many passes and failures in each arm: `"1110"`. */
export function aTaskWith(
  baseline: string,
  candidate: string,
  more: Partial<TaskEvidence> = {},
): TaskEvidence {
  const scores = (marks: string) => [...marks].map(Number);
  return {
    task: "refund",
    category: "billing",
    family: "refunds",
    mustPass: false,
    baseline: scores(baseline),
    candidate: scores(candidate),
    ...more,
  };
}

/** `count` tasks like that, each of a family of its own. */
export function tasksWith(count: number, baseline: string, candidate: string): TaskEvidence[] {
  return Array.from({ length: count }, (_, i) =>
    aTaskWith(baseline, candidate, { task: `task-${i}`, family: `family-${i}` }),
  );
}
