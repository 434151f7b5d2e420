import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { permutationTest } from "../../../src/domain/verdict/exact.ts";

/** Scores that are halves, thirds, quarters … of whole numbers: what graded trials give. */
const score = fc.tuple(fc.nat(12), fc.constantFrom(1, 2, 3, 4, 6, 8)).map(([n, d]) => Math.min(n, d) / d);

describe("the permutation test", () => {
  const outcomes = (passed: number, failed: number) => [
    ...Array<number>(passed).fill(1),
    ...Array<number>(failed).fill(0),
  ];

  test("gives R's p-value for Fisher's twins", () => {
    // fisher.test(Convictions, alternative = "less"): p-value = 0.0004652
    expect(permutationTest(outcomes(10, 3), outcomes(2, 15))).toBeCloseTo(0.0004652, 7);
  });

  test("gives Fisher's result for the lady and her tea", () => {
    expect(permutationTest(outcomes(3, 1), outcomes(1, 3))).toBeCloseTo(17 / 70, 12);
    expect(permutationTest(outcomes(4, 0), outcomes(0, 4))).toBeCloseTo(1 / 70, 12);
  });

  test("is Fisher's exact test for every table of up to seven trials an arm", () => {
    for (let b = 1; b <= 7; b++)
      for (let c = 1; c <= 7; c++)
        for (let sb = 0; sb <= b; sb++)
          for (let sc = 0; sc <= c; sc++)
            expect(
              permutationTest(outcomes(sb, b - sb), outcomes(sc, c - sc)),
              `${sb}/${b} ${sc}/${c}`,
            ).toBeCloseTo(fisher(sb, b, sc, c), 10);
  });

  test("is what dealing graded scores in every way gives", () => {
    const arm = fc.array(score, { minLength: 1, maxLength: 5 });
    const holds = fc.property(arm, arm, (baseline, candidate) => {
      const all = [...baseline, ...candidate];
      const observed = candidate.reduce((sum, x) => sum + x, 0);
      const sums = Array.from({ length: 2 ** all.length }, (_, deal) => all.filter((_, i) => deal & (1 << i)))
        .filter(({ length }) => length === candidate.length)
        .map((dealt) => dealt.reduce((sum, x) => sum + x, 0));
      const expected = sums.filter((sum) => sum <= observed + 1e-9).length / sums.length;
      expect(permutationTest(baseline, candidate)).toBeCloseTo(expected, 10);
    });
    fc.assert(holds, { seed: 4, numRuns: 300 });
  });

  test("says nothing about an arm without trials", () => {
    expect(permutationTest([], [0, 0])).toBe(1);
    expect(permutationTest([1, 1], [])).toBe(1);
  });

  /** The hypergeometric lower tail. */
  function fisher(sb: number, b: number, sc: number, c: number): number {
    const passed = sb + sc;
    const ways = (k: number) => choose(passed, k) * choose(b + c - passed, c - k);
    return (
      Array.from({ length: sc + 1 }, (_, k) => ways(k)).reduce((sum, n) => sum + n, 0) / choose(b + c, c)
    );
  }

  function choose(n: number, k: number): number {
    if (k < 0 || k > n) return 0;
    return Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, x) => product * x, 1);
  }
});
