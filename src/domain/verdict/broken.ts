import type { Cell } from "./cell.ts";

/** Log likelihood ratios of "broken" to "as before": up to `intactAt` a task is cleared, from `brokenAt` on it blocks. */
export const intactAt = -3;
export const brokenAt = 4.5;
/** Fresh trials in each arm after which a task that neither cleared nor blocked is left as unsettled. */
export const mostTrials = 12;
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
): "intact" | "broken" | "unsettled" | "baseline" | "candidate" {
  if (candidate.n < 2) return "candidate";
  const known = { n: ledger.n + baseline.n, s: ledger.s + baseline.s, q: ledger.q + baseline.q };
  const ratio = brokenRatio(known, candidate);
  if (ratio <= intactAt) return "intact";
  // Never on the ledger alone: a provider that has become worse since would look like a broken task.
  if (ratio >= brokenAt && baseline.n > 0) return "broken";
  if (baseline.n >= mostTrials && candidate.n >= mostTrials)
    return ratio <= nearlyIntactAt ? "intact" : "unsettled";
  const failures = candidate.n - candidate.s;
  // While it mostly succeeds, its own trials tell more than the baseline's.
  const promising = failures < 2 || candidate.s >= 1.5 * failures;
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
