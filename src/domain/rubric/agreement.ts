import { normalQuantile } from "../verdict/normal.ts";

/** How a judge's rulings on single points compare with what a person says of the same answers. */
export interface Counts {
  /** Points that hold for the person: those the judge found to hold, and those it missed. */
  readonly hits: number;
  readonly misses: number;
  /** Points that do not hold for the person: those the judge turned down, and those it let pass. */
  readonly refusals: number;
  readonly slips: number;
  /** Answers that were labelled; among them those with a point that holds, and those with one that does not. */
  readonly answers: number;
  readonly holding: number;
  readonly failing: number;
}

export type Range = readonly [low: number, high: number];

export interface Agreement {
  /** The share of points on which both agree. */
  readonly accuracy: number;
  /** Of points that hold, those found to hold; of points that do not, those turned down. With 95 % intervals. */
  readonly sensitivity: number;
  readonly specificity: number;
  readonly sensitivityInterval: Range;
  readonly specificityInterval: Range;
  /** Agreement beyond what both would reach by chance (Cohen, 1960). */
  readonly kappa: number;
  /** How much of a true difference between two arms is left in what the judge sees: sensitivity + specificity − 1. */
  readonly kept: number;
  /** The lower end of its 95 % interval. */
  readonly keptAtLeast: number;
}

/** Fewer answers that a person labelled show nothing. */
export const fewestAnswers = 20;
/**
 * From here on a judge counts. One that keeps a share of a difference needs the inverse of its square as many trials:
 * at a third nine times as many, which is where evaluations end at their cap. Of twenty answers, ten of each kind, a
 * judge that misjudges one of each reaches it, and one that misjudges two of each does not.
 */
export const leastKept = 1 / 3;

const z95 = normalQuantile(0.975);

export function agreementOf({ hits, misses, refusals, slips, holding, failing }: Counts): Agreement {
  const all = hits + misses + refusals + slips;
  const rate = (part: number, rest: number) => (part + rest === 0 ? 0 : part / (part + rest));
  const accuracy = rate(hits + refusals, misses + slips);
  const sensitivity = rate(hits, misses);
  const specificity = rate(refusals, slips);
  // Points of one answer stand and fall together: at worst an answer says no more than one point.
  const sensitivityInterval = wilson(sensitivity, holding);
  const specificityInterval = wilson(specificity, failing);
  const chance =
    all === 0
      ? 0
      : ((hits + misses) * (hits + slips) + (refusals + slips) * (refusals + misses)) / (all * all);
  const kept = sensitivity + specificity - 1;
  const below = Math.hypot(sensitivity - sensitivityInterval[0], specificity - specificityInterval[0]);
  return {
    ...{ accuracy, sensitivity, specificity, sensitivityInterval, specificityInterval, kept },
    kappa: chance === 1 ? 0 : (accuracy - chance) / (1 - chance),
    // The interval of a sum from those of its parts (Newcombe, 1998, method 10; Zou and Donner, 2008).
    keptAtLeast: kept - below,
  };
}

/** Interval of a proportion (Wilson, 1927). */
function wilson(p: number, n: number): Range {
  if (n === 0) return [0, 1];
  const square = z95 ** 2;
  const middle = (p + square / (2 * n)) / (1 + square / n);
  const reach = (z95 / (1 + square / n)) * Math.sqrt((p * (1 - p)) / n + square / (4 * n * n));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

/** Why a judge does not count yet, as the end of a sentence; undefined if it does. */
export function shortOf(counts: Counts): string | undefined {
  const { answers, holding, failing } = counts;
  if (answers < fewestAnswers)
    return `${answers} answers were labelled, and at least ${fewestAnswers} are needed`;
  if (holding === 0) return "no labelled answer has a point that holds";
  if (failing === 0) return "no labelled answer has a point that does not hold";
  const { keptAtLeast } = agreementOf(counts);
  if (keptAtLeast > leastKept) return undefined;
  return `sensitivity + specificity − 1 may be as low as ${keptAtLeast.toFixed(2)}, and more than ${leastKept.toFixed(2)} is needed`;
}
