import { signFlipTest } from "./exact.ts";

export const verdictKinds = ["improved", "not-improved", "regression", "inconclusive"] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** A task's scores in both arms, each in 0…1. */
export interface TaskEvidence {
  readonly task: string;
  readonly category: string;
  /** Tasks of one family are counted together for what generalises. */
  readonly family: string;
  readonly mustPass: boolean;
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

export interface Verdict {
  readonly kind: VerdictKind;
  readonly reason: string;
  readonly statistics: Statistics;
}

export interface Statistics {
  readonly tasks: number;
  readonly families: number;
  readonly baseline: number;
  readonly candidate: number;
  /** Mean over tasks of the difference of mean scores. */
  readonly delta: number;
  /** 95 % interval of delta on this bank. */
  readonly interval: readonly [low: number, high: number];
  /** The same on tasks like these, clustered by family; null below eight families. */
  readonly generalInterval: readonly [low: number, high: number] | null;
  /** Chance of so large a gain if the change does nothing, and what it had to stay below. */
  readonly p: number;
  readonly alpha: number;
  /** The gain that an evaluation of this size sees in eight of ten cases. */
  readonly minimumDetectable: number;
}

/** Below this many deciding tasks no verdict but `inconclusive` is given. */
export const fewestTasks = 5;
const firstAlpha = 0.025;
const notBetterAlpha = 0.05;

/**
 * The level of the n-th look at growing evidence: halved each time, so that asking again and again cannot turn a
 * no into a yes: all looks together stay below twice the first level.
 */
export const alphaOf = (look: number): number => firstAlpha / 2 ** (look - 1);

/**
 * The verdict on a comparison: an exact paired sign-flip test over tasks. Confirmed regressions of single tasks
 * are decided apart, by the guard.
 * @param threshold the gain in mean score that matters
 * @param look from 1
 */
export function decide(evidence: readonly TaskEvidence[], threshold: number, look: number): Verdict {
  const compared = evidence.filter(({ baseline, candidate }) => baseline.length > 0 && candidate.length > 0);
  const differences = compared.map(({ baseline, candidate }) => mean(candidate) - mean(baseline));
  const alpha = alphaOf(look);
  const p = signFlipTest(differences);
  const statistics = describe(compared, differences, p, alpha);
  const verdict = (kind: VerdictKind, reason: string): Verdict => ({ kind, reason, statistics });
  const gain = signed(statistics.delta);

  if (compared.length < fewestTasks)
    return verdict(
      "inconclusive",
      `Only ${compared.length} tasks decide; at least ${fewestTasks} are needed.`,
    );
  if (p <= alpha)
    return verdict(
      "improved",
      `The mean score rose by ${gain}; chance alone does that in ${percent(p)} of cases (limit ${percent(alpha)}).`,
    );
  if (signFlipTest(differences.map((d) => -d)) <= alpha)
    return verdict("regression", `The mean score fell: ${gain}.`);
  if (signFlipTest(differences.map((d) => threshold - d)) <= notBetterAlpha)
    return verdict("not-improved", `The change of ${gain} is below the threshold of ${signed(threshold)}.`);
  return verdict("inconclusive", whyUndecided(differences, statistics));
}

function whyUndecided(
  differences: readonly number[],
  { delta, p, alpha, minimumDetectable }: Statistics,
): string {
  const moved = differences.filter((d) => d !== 0);
  const needed = Math.ceil(-Math.log2(alpha));
  if (moved.every((d) => d > 0) && moved.length < needed)
    return `${moved.length === 1 ? "The one task that differs" : `All ${moved.length} tasks that differ`} got better, but ${needed} have to differ before chance is ruled out: add tasks that the change should help; more runs cannot show it.`;
  return `The change of ${signed(delta)} could be chance (p ${p.toFixed(3)}, limit ${alpha}) or a gain; a gain under ${signed(minimumDetectable)} is hard to see with these trials. More --runs tell them apart.`;
}

function describe(
  compared: readonly TaskEvidence[],
  differences: readonly number[],
  p: number,
  alpha: number,
): Statistics {
  const tasks = compared.length;
  const delta = mean(differences);
  // Noise of the trials alone: these tasks are the population when the sentence is "on this bank".
  const noise = compared.reduce(
    (sum, { baseline, candidate }) => sum + errorOf(baseline) + errorOf(candidate),
    0,
  );
  const standardError = tasks === 0 ? 0 : Math.sqrt(noise) / tasks;
  const families = Map.groupBy(differences.keys(), (i) => compared[i]!.family);
  const clusters = [...families.values()].map((members) =>
    members.reduce((sum, i) => sum + (differences[i]! - delta), 0),
  );
  const clustered =
    (Math.sqrt(clusters.reduce((sum, x) => sum + x * x, 0)) / Math.max(1, tasks)) *
    Math.sqrt(clusters.length / Math.max(1, clusters.length - 1));
  const z = 1.96;
  return {
    tasks,
    families: families.size,
    baseline: mean(compared.map(({ baseline }) => mean(baseline))),
    candidate: mean(compared.map(({ candidate }) => mean(candidate))),
    delta,
    interval: possible(delta - z * standardError, delta + z * standardError),
    generalInterval: families.size < 8 ? null : possible(delta - z * clustered, delta + z * clustered),
    p,
    alpha,
    minimumDetectable: (normalQuantile(1 - alpha) + normalQuantile(0.8)) * standardError,
  };
}

/** Scores lie in 0…1, so no difference lies outside −1…1. */
export const possible = (low: number, high: number) => [Math.max(-1, low), Math.min(1, high)] as const;

/** Variance of a mean score; a single trial is taken for a coin of unknown side. */
export function errorOf(scores: readonly number[]): number {
  const n = scores.length;
  if (n < 2) return 0.25;
  const m = mean(scores);
  // One pseudo-pair keeps three equal trials from claiming certainty.
  const spread = scores.reduce((sum, x) => sum + (x - m) ** 2, 0) + 0.25;
  return spread / n / n;
}

export function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** Acklam's rational approximation of the normal quantile in its central and upper part, |error| < 1.2e-9. */
function normalQuantile(p: number): number {
  if (p < 0.02425 || p > 1 - 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p > 0.5 ? 1 - p : p));
    const c = [
      -7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ];
    const d = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
    const x = horner(c, q) / (horner(d, q) * q + 1);
    return p > 0.5 ? -x : x;
  }
  const q = p - 0.5;
  const r = q * q;
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ];
  const b = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  ];
  return (horner(a, r) * q) / (horner(b, r) * r + 1);
}

const horner = (coefficients: readonly number[], x: number) =>
  coefficients.reduce((sum, c) => sum * x + c, 0);

export const signed = (x: number): string => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}`;
export const percent = (x: number): string => `${(100 * x).toFixed(x < 0.1 ? 1 : 0)} %`;
