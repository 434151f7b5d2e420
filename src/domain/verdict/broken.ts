import type { Cell } from "./cell.ts";

/** When a task is settled: log likelihood ratios of "broken" to "as before", and trials. */
export interface Limits {
  /** Up to here a task is cleared, from there on it counts as broken. */
  readonly intactAt: number;
  readonly brokenAt: number;
  /** Fresh trials in each arm after which a task that is neither is left as unsettled. */
  readonly most: number;
}

/** For the claim that no other task was broken, which rests on nothing else. */
export const fixLimits: Limits = { intactAt: -3, brokenAt: 4.5, most: 12 };
const nearlyIntactAt = -1;

/**
 * How much likelier the scores are if the task worked and no longer does (success rates Beta(8, 1) and Beta(1, 7))
 * than if nothing has changed (one rate for both arms, an even mixture of Beta(8, 1) and Beta(1, 1)). The log of the
 * ratio of marginal likelihoods; partial credit counts as so much of a success.
 */
export function brokenRatio(baseline: Cell, candidate: Cell): number {
  const [b, c] = [halves(baseline), halves(candidate)];
  const [s, f] = [b.s + c.s, b.f + c.f];
  const broken = logBeta(8 + b.s, 1 + b.f) - logBeta(8, 1) + logBeta(1 + c.s, 7 + c.f) - logBeta(1, 7);
  const works = logBeta(8 + s, 1 + f) - logBeta(8, 1);
  const any = logBeta(1 + s, 1 + f);
  const most = Math.max(works, any);
  return broken - (most + Math.log(0.5 * Math.exp(works - most) + 0.5 * Math.exp(any - most)));
}

const halves = ({ n, s }: Cell) => ({ s, f: n - s });

/** What one task says: cleared, broken, left open for good, or which arm should be tried next. */
export function settle(
  ledger: Cell,
  baseline: Cell,
  candidate: Cell,
  { intactAt, brokenAt, most }: Limits = fixLimits,
): "intact" | "broken" | "unsettled" | "baseline" | "candidate" {
  if (candidate.n < 2) return "candidate";
  const known = { n: ledger.n + baseline.n, s: ledger.s + baseline.s, q: ledger.q + baseline.q };
  const ratio = brokenRatio(known, candidate);
  if (ratio <= intactAt) return "intact";
  // Never on the ledger alone: a provider that has become worse since would look like a broken task.
  if (ratio >= brokenAt && baseline.n > 0) return "broken";
  if (baseline.n >= most && candidate.n >= most) return ratio <= nearlyIntactAt ? "intact" : "unsettled";
  const failures = candidate.n - candidate.s;
  // While it mostly succeeds, its own trials tell more than the baseline's.
  const promising = candidate.n < most && (failures < 2 || candidate.s >= 1.5 * failures);
  return promising || candidate.n <= baseline.n ? "candidate" : "baseline";
}

/** ln B(a, b), by Stirling's series for ln Γ after shifting the argument above 8; |error| < 1e-9. */
function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 8; y++) shift += Math.log(y);
  const t = 1 / (y * y);
  return (
    (y - 0.5) * Math.log(y) -
    y +
    0.5 * Math.log(2 * Math.PI) +
    (1 / 12 - t * (1 / 360 - t / 1260)) / y -
    shift
  );
}
