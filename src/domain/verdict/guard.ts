import { brokenRatio, type Limits, settle } from "./broken.ts";
import { cellOf, meanOf, sumOf } from "./cell.ts";
import type { Evidence, TaskEvidence, Wanted } from "./evidence.ts";

/** A task that the baseline masters less well is not guarded, unless it must pass. */
const mastered = 0.7;
/** Found by simulation, with the tasks that a bank of forty has to guard: `npm run bench -- guard`. */
const limits: Limits = { intactAt: -4, brokenAt: 5.6, most: 16 };
const usualNumber = 16;

/**
 * Tasks that the candidate has broken, and the trials that those want which it may have broken. With a few trials some
 * task "flips" in nearly every comparison of a configuration with itself, so every task that worked is asked, on
 * trials of its own where need be, until it is known to work or not to.
 * @param exact whether no trial of one task and arm differs from another: then only results that changed are in doubt
 * @param doubtAt tasks whose log likelihood ratio of being broken is not above it are left in peace
 */
export function guard(
  evidence: Evidence,
  exact: boolean,
  doubtAt = Number.NEGATIVE_INFINITY,
): { broken: TaskEvidence[]; wanted: Wanted[] } {
  const guarded = [...evidence.entries()].filter(([, task]) => isGuarded(task, exact));
  // The more tasks are asked, the sooner one of them looks broken by chance.
  const brokenAt = limits.brokenAt + Math.max(0, Math.log(guarded.length / usualNumber));
  const broken: TaskEvidence[] = [];
  const wanted: Wanted[] = [];
  for (const [task, each] of guarded) {
    const { subject, ledger, sums } = each;
    const baseline = sumOf(sums.baseline, cellOf(each.guard.baseline));
    const candidate = sumOf(sums.candidate, cellOf(each.guard.candidate));
    const at = subject.mustPass ? limits.brokenAt : brokenAt;
    const state = settle(ledger, baseline, candidate, { ...limits, brokenAt: at });
    if (state === "broken") broken.push(each);
    if (brokenRatio(sumOf(ledger, baseline), candidate) <= doubtAt) continue;
    if (state === "baseline" || state === "candidate") wanted.push({ task, arm: state, stage: "guard" });
  }
  return { broken, wanted };
}

function isGuarded({ subject, ledger, sums }: TaskEvidence, exact: boolean): boolean {
  const known = sumOf(ledger, sums.baseline);
  if (known.n === 0) return false;
  if (exact && meanOf(sums.candidate) >= meanOf(known)) return false;
  return subject.mustPass || meanOf(known) >= mastered;
}
