import { type Cell, mean, meanOf, varianceOf } from "./cell.ts";

/** A Beta distribution over tasks' success rates. */
export interface Prior {
  readonly a: number;
  readonly b: number;
}

/** Any rate is as likely as any other. */
export const anyRate: Prior = { a: 1, b: 1 };

/** Tasks from which it is learned how far tasks differ. */
const fewestAlike = 5;
// Hardly anything is known of the spread beyond half a trial and a full ledger of twelve.
const [weakest, strongest] = [0.5, 12];

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/**
 * What a group of tasks is like, from their ledger, by the method of moments: the mean is theirs, and the strength
 * a + b follows from how much further their means lie apart than chance puts them. Of few tasks the strength is 1,
 * as in Jeffreys' prior.
 */
export function priorOf(cells: readonly Cell[]): Prior {
  const known = cells.filter(({ n }) => n > 0);
  if (known.length === 0) return anyRate;
  const m = clamp(mean(known.map(meanOf)), 0.02, 0.98);
  const strength = known.length < fewestAlike ? 1 : strengthOf(known, m);
  return { a: m * strength, b: (1 - m) * strength };
}

function strengthOf(known: readonly Cell[], m: number): number {
  const means = known.map(meanOf);
  const apart = means.reduce((sum, x) => sum + (x - m) ** 2, 0) / (means.length - 1);
  const byChance = mean(known.map((cell) => varianceOf(cell) / cell.n));
  const between = apart - byChance;
  return between <= 0 ? strongest : clamp((m * (1 - m)) / between - 1, weakest, strongest);
}
