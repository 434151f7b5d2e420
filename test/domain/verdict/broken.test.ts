import { describe, expect, test } from "vitest";
import { brokenRatio, fixLimits, settle } from "../../../src/domain/verdict/broken.ts";
import { cellOf } from "../../../src/domain/verdict/cell.ts";

const cell = (marks: string) => cellOf([...marks].map(Number));

/** ln B(a, b) for whole numbers, by multiplication. */
function logBeta(a: number, b: number): number {
  let sum = -Math.log(a);
  for (let i = 1; i < b; i++) sum += Math.log(i) - Math.log(a + i);
  return sum;
}

describe("how much likelier broken is than intact", () => {
  test.each([
    ["", ""],
    ["", "11"],
    ["11", "00"],
    ["111111111111", "00"],
    ["110", "0110"],
    ["000000", "000000"],
    ["1".repeat(40), "10".repeat(20)],
  ])("before %s, now %s: as the exact marginal likelihoods say", (before, now) => {
    const [b, c] = [cell(before), cell(now)];
    const [s, f] = [b.s + c.s, b.n + c.n - b.s - c.s];
    const broken =
      logBeta(8 + b.s, 1 + b.n - b.s) - logBeta(8, 1) + logBeta(1 + c.s, 7 + c.n - c.s) - logBeta(1, 7);
    const works = Math.exp(logBeta(8 + s, 1 + f) - logBeta(8, 1));
    const any = Math.exp(logBeta(1 + s, 1 + f));
    expect(brokenRatio(b, c)).toBeCloseTo(broken - Math.log((works + any) / 2), 8);
  });
});

describe("a task", () => {
  test.each([
    ["that was not tried twice is tried", "111111111111", "", "1", "candidate"],
    ["whose two tries pass is intact", "", "", "11", "intact"],
    ["that failed before and fails now is intact in the end", "", "0".repeat(12), "0".repeat(12), "intact"],
    ["that failed twice is asked of the baseline, too", "", "", "00", "baseline"],
    ["is never called broken on the ledger alone", "111111111111", "", "0000", "baseline"],
    ["that passed before and fails now is broken", "111111111111", "1", "00", "broken"],
    ["that mostly passes is tried further", "111111111111", "", "110", "candidate"],
  ])("%s", (_, ledger, baseline, candidate, expected) => {
    expect(settle(cell(ledger), cell(baseline), cell(candidate))).toBe(expected);
  });

  test("that neither clears nor blocks after all trials of both arms is left open", () => {
    const [baseline, candidate] = [cell("1".repeat(fixLimits.most)), cell("111111000000")];
    expect(settle(cell(""), baseline, candidate)).toBe("unsettled");
  });

  test.each([0.3, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9])(
    "is asked for no more trials than that, whatever comes back: a score of %d",
    (score) => {
      for (const ledger of ["", "1".repeat(12), "1".repeat(40)])
        for (const before of [1, 0.7, 0]) {
          const scores: Record<"baseline" | "candidate", number[]> = { baseline: [], candidate: [] };
          for (let made = 0; made <= 2 * fixLimits.most; made++) {
            const next = settle(cell(ledger), cellOf(scores.baseline), cellOf(scores.candidate));
            if (next !== "baseline" && next !== "candidate") break;
            scores[next].push(next === "baseline" ? before : score);
          }
          const made = scores.baseline.length + scores.candidate.length;
          expect(made, `after ${ledger}, ${before} before`).toBeLessThanOrEqual(2 * fixLimits.most);
        }
    },
  );
});
