import type { Cell } from "./cell.ts";

/** One task in three arms: the ledger, fresh trials of the baseline, and those of the candidate. */
export interface Arms {
  readonly ledger: Cell;
  readonly sums: { readonly baseline: Cell; readonly candidate: Cell };
}

/** A difference of mean scores with its information (1 / variance) and the log likelihood ratio of δ against 0. */
export interface Estimate {
  readonly delta: number;
  readonly information: number;
  readonly ratio: number;
}

/** What the trials so far say. */
export interface Weight {
  /** Against the ledger as if nothing had changed since. */
  readonly screen: Estimate;
  /** Against ledger and fresh baseline, with an allowance for drift; absent without fresh baseline trials. */
  readonly fresh: Estimate | undefined;
  readonly candidateTrials: number;
  readonly baselineTrials: number;
}

/** Below this, a variance is an artefact of scores that do not vary. */
const leastVariance = 1e-9;

const harmonic = (a: number, b: number) => (a === 0 || b === 0 ? 0 : (a * b) / (a + b));

/** The variance of one trial of a task, all arms pooled; 0 for fewer than two trials. */
function pooledVariance({ ledger: l, sums: { baseline: b, candidate: c } }: Arms): number {
  const n = l.n + b.n + c.n;
  const s = l.s + b.s + c.s;
  return n < 2 ? 0 : Math.max(0, (l.q + b.q + c.q - (s * s) / n) / (n - 1));
}

/**
 * Weighs a gain of δ against none, twice: a sequential probability ratio test (Wald, 1945) stratified by task with
 * Mantel-Haenszel weights. The second takes the ledger's mean for one that has drifted by a normal error and combines
 * it with the fresh baseline by precision.
 * @param drift standard deviation of the drift, in score
 */
export function weigh(tasks: readonly Arms[], delta: number, drift: number): Weight {
  let [toLedger, toFresh, candidateTrials, baselineTrials] = [0, 0, 0, 0];
  for (const { ledger, sums } of tasks) {
    candidateTrials += sums.candidate.n;
    baselineTrials += sums.baseline.n;
    toLedger += harmonic(sums.candidate.n, ledger.n);
    toFresh += harmonic(sums.candidate.n, sums.baseline.n);
  }
  let [gainL, varianceL, gainF, noiseL, noiseF] = [0, 0, 0, 0, 0];
  for (const task of tasks) {
    const { ledger, sums } = task;
    const { baseline, candidate } = sums;
    if (candidate.n === 0) continue;
    const u = pooledVariance(task);
    if (ledger.n > 0) {
      const a = harmonic(candidate.n, ledger.n) / toLedger;
      gainL += a * (candidate.s / candidate.n - ledger.s / ledger.n);
      varianceL += a * a * u * (1 / candidate.n + 1 / ledger.n);
      noiseL += (a * a * u) / ledger.n;
    }
    if (baseline.n > 0) {
      const a = harmonic(candidate.n, baseline.n) / toFresh;
      gainF += a * (candidate.s / candidate.n - baseline.s / baseline.n);
      noiseF += (a * a * u) / baseline.n;
    }
  }
  const screen = estimate(gainL, toLedger === 0 ? Number.POSITIVE_INFINITY : varianceL, delta);
  if (toFresh === 0) return { screen, fresh: undefined, candidateTrials, baselineTrials };
  const trustL = toLedger === 0 ? 0 : 1 / Math.max(noiseL + drift * drift, leastVariance);
  const w = trustL / (trustL + 1 / Math.max(noiseF, leastVariance));
  let variance = (w * drift) ** 2;
  for (const task of tasks) {
    const { ledger, sums } = task;
    const { baseline, candidate } = sums;
    if (candidate.n === 0) continue;
    const u = pooledVariance(task);
    const onL = ledger.n === 0 ? 0 : (w * harmonic(candidate.n, ledger.n)) / toLedger;
    const onF = ((1 - w) * harmonic(candidate.n, baseline.n)) / toFresh;
    variance += (u * (onL + onF) ** 2) / candidate.n;
    if (ledger.n > 0) variance += (u * onL * onL) / ledger.n;
    if (baseline.n > 0) variance += (u * onF * onF) / baseline.n;
  }
  const fresh = estimate(w * gainL + (1 - w) * gainF, variance, delta);
  return { screen, fresh, candidateTrials, baselineTrials };
}

function estimate(gain: number, variance: number, delta: number): Estimate {
  const information = 1 / Math.max(variance, leastVariance);
  return { delta: gain, information, ratio: delta * (gain - delta / 2) * information };
}
