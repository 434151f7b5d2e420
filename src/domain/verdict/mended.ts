/** Success rates that a mended failure is taken to have before and after. */
const before = 0.1;
const after = 0.8;
const either = (before + after) / 2;

/** From here up the failing tasks count as mended: by Ville's inequality chance gets there in 2.5 % at most. */
export const mendedAt = Math.log(40);
/** From here down further pairs are a waste. */
export const stillFailsAt = -4;

/**
 * The log of an e-variable for "both arms have the same mean", for one pair of scores in 0…1 (the 2 × 2 e-variable of
 * Turner, Ly and Grünwald, 2021, extended linearly to partial credit). Added up over pairs it may be looked at as often
 * as one likes, whatever the tasks' rates are.
 */
export function pairEvidence(baseline: number, candidate: number): number {
  const chance = (passed: boolean, rate: number) => (passed ? rate : 1 - rate);
  const corner = (b: boolean, c: boolean) =>
    (chance(b, before) * chance(c, after)) / (chance(b, either) * chance(c, either));
  return Math.log(
    (1 - baseline) * (1 - candidate) * corner(false, false) +
      (1 - baseline) * candidate * corner(false, true) +
      baseline * (1 - candidate) * corner(true, false) +
      baseline * candidate * corner(true, true),
  );
}
