// Scores are fractions with small denominators; multiples of 1/5040 hold halves to tenths without rounding.
const grid = 5040;

interface Scaled {
  readonly values: readonly number[];
  /** How far rounding may have moved any sum, in the same unit. */
  readonly slack: number;
}

/** Numbers as small whole ones, in a common unit. */
function scaled(numbers: readonly number[]): Scaled {
  const rounded = numbers.map((x) => Math.round(x * grid));
  const inexact = numbers.filter((x, i) => Math.abs(x * grid - rounded[i]!) > 1e-6).length;
  const unit =
    inexact > 0
      ? 1
      : Math.max(
          1,
          rounded.reduce((a, b) => gcd(a, Math.abs(b)), 0),
        );
  return { values: rounded.map((x) => x / unit), slack: inexact / 2 };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * Exact two-sample permutation test: the chance that the candidate's scores sum to so little when all scores of a
 * task are dealt to the arms at random. For scores of 0 and 1 it is Fisher's exact test.
 * @returns the lower-tail p-value in (0, 1]; 1 if an arm is empty
 */
export function permutationTest(baseline: readonly number[], candidate: readonly number[]): number {
  const { values, slack } = scaled([...baseline, ...candidate]);
  const size = candidate.length;
  if (size === 0 || baseline.length === 0) return 1;
  // ways[k] maps a sum to the number of ways to choose k of the scores seen so far with that sum.
  const ways: Map<number, number>[] = Array.from({ length: size + 1 }, () => new Map());
  ways[0]!.set(0, 1);
  for (const value of values) {
    for (let k = size; k >= 1; k--) {
      for (const [sum, count] of ways[k - 1]!)
        ways[k]!.set(sum + value, (ways[k]!.get(sum + value) ?? 0) + count);
    }
  }
  const observed = values.slice(baseline.length).reduce((sum, x) => sum + x, 0);
  let all = 0;
  let tail = 0;
  for (const [sum, count] of ways[size]!) {
    all += count;
    if (sum <= observed + slack) tail += count;
  }
  return tail / all;
}
