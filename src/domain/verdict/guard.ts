import { meanOf, sumOf } from "./cell.ts";
import type { Evidence, TaskEvidence, Wanted } from "./evidence.ts";
import { permutationTest } from "./exact.ts";

/** Fresh pairs that a suspect gets at most. */
export const guardPairs = 8;
/** So many more baseline than candidate successes confirm that a task is broken. */
const blocksAt = 3;
/** Pairs before a suspect may clear. */
const fewestPairs = 2;

export type Suspicion = "open" | "cleared" | "broken";

/**
 * Tasks that the baseline mastered and the candidate may have broken. With a few trials a task some task "flips" in
 * nearly every comparison of a configuration with itself, so a suspect is asked again, on pairs of its own, before
 * it blocks. A task that must pass and was hardly tried is asked, too.
 */
export function isSuspect({ subject, stored, ledger, main, sums }: TaskEvidence): boolean {
  if (subject.mustPass && sums.candidate.n < 2) return true;
  const known = sumOf(ledger, sums.baseline);
  if (known.n === 0 || sums.candidate.n === 0) return false;
  const before = meanOf(known);
  if (before - meanOf(sums.candidate) < 0.3 || !(subject.mustPass || before >= 0.75)) return false;
  return permutationTest([...stored, ...main.baseline], main.candidate) <= 0.2;
}

/** What a suspect's own pairs say. */
export function suspicionOf({ guard }: TaskEvidence): Suspicion {
  const total = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0);
  const pairs = Math.min(guard.baseline.length, guard.candidate.length);
  const lead = total(guard.baseline.slice(0, pairs)) - total(guard.candidate.slice(0, pairs));
  if (lead >= blocksAt) return "broken";
  if (pairs >= fewestPairs && lead <= 0) return "cleared";
  return lead + guardPairs - pairs < blocksAt ? "cleared" : "open";
}

/** Broken tasks, and the pairs that open suspects want next. */
export function guard(evidence: Evidence): { broken: TaskEvidence[]; wanted: Wanted[] } {
  const broken: TaskEvidence[] = [];
  const wanted: Wanted[] = [];
  for (const [task, each] of evidence.entries()) {
    if (!isSuspect(each)) continue;
    const suspicion = suspicionOf(each);
    if (suspicion === "broken") broken.push(each);
    if (suspicion !== "open") continue;
    const { baseline, candidate } = each.guard;
    if (baseline.length <= candidate.length) wanted.push({ task, arm: "baseline", stage: "guard" });
    if (candidate.length <= baseline.length) wanted.push({ task, arm: "candidate", stage: "guard" });
  }
  return { broken, wanted };
}
