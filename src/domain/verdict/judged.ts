import type { Interval } from "./statistics.ts";

/** The part of a comparison that a fallible judge scored. */
export interface JudgedPart {
  /** The share of the tasks that it scored. */
  readonly share: number;
  /** What was observed on them alone: a 95 % interval of the difference. */
  readonly interval: Interval;
  /** The least that sensitivity + specificity − 1 of the judge may be: above 0. */
  readonly keptAtLeast: number;
}

/**
 * The interval of a true difference from that of an observed one. A judge that errs alike in both arms shows
 * sensitivity + specificity − 1 of a true difference (Rogan and Gladen, 1978). How much it keeps is known only within
 * an interval, so each end that errors may have drawn towards 0 is moved out as far as the judge may be wrong, and none
 * is moved in: it is never taken for better than it showed. A difference of 0 stays one, so that no bound of the gate
 * depends on it.
 */
export function throughJudge([low, high]: Interval, { share, interval, keptAtLeast }: JudgedPart): Interval {
  const lost = share * (1 / keptAtLeast - 1);
  return [low + lost * Math.min(0, interval[0]), high + lost * Math.max(0, interval[1])];
}
