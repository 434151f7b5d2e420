/** Scores of one task in one arm: how many there are, their sum, and the sum of their squares. */
export interface Cell {
  readonly n: number;
  readonly s: number;
  readonly q: number;
}

export const noTrials: Cell = { n: 0, s: 0, q: 0 };

export function cellOf(scores: readonly number[]): Cell {
  let [s, q] = [0, 0];
  for (const score of scores) {
    s += score;
    q += score * score;
  }
  return { n: scores.length, s, q };
}

export const sumOf = (...cells: readonly Cell[]): Cell =>
  cells.reduce((a, b) => ({ n: a.n + b.n, s: a.s + b.s, q: a.q + b.q }), noTrials);

/** The mean score; 0 without trials. */
export const meanOf = ({ n, s }: Cell): number => (n === 0 ? 0 : s / n);

/** The unbiased sample variance; 0 for fewer than two trials. */
export const varianceOf = ({ n, s, q }: Cell): number =>
  n < 2 ? 0 : Math.max(0, (q - (s * s) / n) / (n - 1));

export const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
