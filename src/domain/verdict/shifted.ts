import { mean } from "./cell.ts";

const halvings = 40;

const clipped = (rate: number) => Math.min(1, Math.max(0, rate));

/**
 * Success rates after a change that moves all of them alike, clipped to [0, 1], so that their mean rises by exactly
 * `effect`, or as far as it can.
 * @param own what the change does to each task besides
 */
export function shifted(rates: readonly number[], effect: number, own?: readonly number[]): number[] {
  if (effect === 0 && !own) return [...rates];
  const aim = clipped(mean(rates) + effect);
  const by = (shift: number) => rates.map((rate, i) => clipped(rate + shift + (own?.[i] ?? 0)));
  let [low, high] = [-2, 2];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (mean(by(middle)) < aim) low = middle;
    else high = middle;
  }
  return by((low + high) / 2);
}
