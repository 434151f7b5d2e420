import { mean, type TaskEvidence } from "./decide.ts";
import { permutationTest } from "./exact.ts";

/** Fresh pairs that a suspect gets before it may block. */
export const guardPairs = 8;
const level = 0.05;

/**
 * Tasks that the baseline mastered and the candidate may have broken. At three runs a task some task "flips" in
 * nearly every comparison of a configuration with itself, so a suspect is asked again before it blocks.
 */
export function suspects(evidence: readonly TaskEvidence[]): TaskEvidence[] {
  return evidence.filter(({ mustPass, baseline, candidate }) => {
    const before = mean(baseline);
    const fell = before - mean(candidate) >= 0.3;
    return fell && (mustPass || before >= 0.75) && permutationTest(baseline, candidate) <= 0.2;
  });
}

/** The suspects that fresh pairs confirm as broken; the level is shared among them, except by `mustPass` tasks. */
export function broken(fresh: readonly TaskEvidence[]): TaskEvidence[] {
  return fresh.filter(
    ({ mustPass, baseline, candidate }) =>
      permutationTest(baseline, candidate) <= level / (mustPass ? 1 : fresh.length),
  );
}
