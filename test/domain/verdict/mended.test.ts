import { describe, expect, test } from "vitest";
import { mendedAt, pairEvidence, stillFailsAt } from "../../../src/domain/verdict/mended.ts";

/** Scores with their chances. */
type Distribution = readonly (readonly [score: number, chance: number])[];

const rates = Array.from({ length: 21 }, (_, i) => i / 20);
const coin = (rate: number): Distribution => [
  [0, 1 - rate],
  [1, rate],
];
/** Partial credit with that mean: some fail, some pass, the rest has half or a third. */
const graded = (mean: number): Distribution => {
  const low = Math.max(0, mean - 0.2);
  const high = Math.min(1, mean + 0.3);
  const share = high === low ? 1 : (mean - low) / (high - low);
  return [
    [low, 1 - share],
    [high, share],
  ];
};

function meanOfE(baseline: Distribution, candidate: Distribution): number {
  let sum = 0;
  for (const [b, chanceB] of baseline)
    for (const [c, chanceC] of candidate) sum += chanceB * chanceC * Math.exp(pairEvidence(b, c));
  return sum;
}

describe("evidence that a failure is mended", () => {
  test.each([
    ["passes and failures", coin, coin],
    ["partial credit", graded, graded],
    ["partial credit in one arm alone", coin, graded],
  ])("averages to no more than 1 where both arms are alike: %s", (_, before, after) => {
    for (const rate of rates)
      expect(meanOfE(before(rate), after(rate)), `rate ${rate}`).toBeLessThanOrEqual(1 + 1e-12);
  });

  test("grows where the candidate passes and the baseline fails, and shrinks the other way", () => {
    // (0.9 · 0.8)/(0.55 · 0.45) and the other corners.
    expect(pairEvidence(0, 1)).toBeCloseTo(Math.log(0.72 / 0.2475), 12);
    expect(pairEvidence(1, 0)).toBeCloseTo(Math.log(0.02 / 0.2475), 12);
    expect(pairEvidence(0, 0)).toBeCloseTo(Math.log(0.18 / 0.3025), 12);
    expect(pairEvidence(1, 1)).toBeCloseTo(Math.log(0.08 / 0.2025), 12);
  });

  test("takes half the credit for half the evidence", () => {
    const whole = [0, 1].map((score) => Math.exp(pairEvidence(0, score)));
    expect(Math.exp(pairEvidence(0, 0.5))).toBeCloseTo((whole[0]! + whole[1]!) / 2, 12);
  });

  test("is enough after four clear pairs, and given up after eight that fail alike", () => {
    expect(3 * pairEvidence(0, 1)).toBeLessThan(mendedAt);
    expect(4 * pairEvidence(0, 1)).toBeGreaterThan(mendedAt);
    expect(7 * pairEvidence(0, 0)).toBeGreaterThan(stillFailsAt);
    expect(8 * pairEvidence(0, 0)).toBeLessThan(stillFailsAt);
    expect(Math.exp(-mendedAt)).toBeCloseTo(0.025, 12); // Ville's inequality
  });
});
