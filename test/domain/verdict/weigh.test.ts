import { describe, expect, test } from "vitest";
import { weigh } from "../../../src/domain/verdict/weigh.ts";
import { aTaskWith, tasksWith } from "./evidence.ts";

const half = "111111000000";

describe("against the ledger alone", () => {
  test("one task: the difference, over a variance that pools all its trials", () => {
    // 16 trials with 10 passes: u = (10 − 100/16)/15 = 1/4; 1/I = u(1/4 + 1/12) = 1/12.
    const { screen, fresh } = weigh([aTaskWith({ ledger: half, candidate: "1111" })], 0.1, 0.085);
    expect(screen.delta).toBeCloseTo(0.5, 12);
    expect(screen.information).toBeCloseTo(12, 10);
    expect(screen.ratio).toBeCloseTo(0.1 * (0.5 - 0.05) * 12, 10);
    expect(fresh).toBeUndefined();
  });

  test("tasks count by how much both arms tell of them", () => {
    // Weights 4·12/16 = 3 and 12·12/24 = 6; variances 1/4 and (12 − 144/24)/23 = 6/23.
    const tasks = [
      aTaskWith({ ledger: half, candidate: "1111" }),
      aTaskWith({ ledger: half, candidate: half }),
    ];
    const { screen, candidateTrials } = weigh(tasks, 0.1, 0.085);
    expect(screen.delta).toBeCloseTo(0.5 / 3, 12);
    expect(1 / screen.information).toBeCloseTo((1 / 9) * (1 / 12) + (4 / 9) * (6 / 23) * (1 / 6), 12);
    expect(candidateTrials).toBe(16);
  });

  test.each([
    ["no ledger", { candidate: "11" }],
    ["no trial of the candidate", { ledger: half }],
    ["nothing at all", {}],
  ])("with %s it says nothing", (_, shape) => {
    const { screen } = weigh(tasksWith(3, shape), 0.1, 0.085);
    expect(screen.delta).toBe(0);
    expect(screen.information).toBe(0);
    expect(screen.ratio).toBeCloseTo(0, 12);
  });
});

describe("with fresh trials of the baseline", () => {
  const task = [aTaskWith({ ledger: half, baseline: "1100", candidate: "1111" })];
  const u = 4.8 / 19; // 20 trials with 12 passes

  test("they and a ledger that cannot have drifted count by their trials", () => {
    // So nearly no drift that w = 12/16: 1/I = u(1/4 + 0.75²/12 + 0.25²/4).
    const fresh = weigh(task, 0.1, 1e-6).fresh!;
    expect(fresh.delta).toBeCloseTo(0.5, 10);
    expect(1 / fresh.information).toBeCloseTo(u * 0.3125, 8);
    expect(fresh.ratio).toBeCloseTo(0.1 * 0.45 * (38 / 3), 6);
  });

  test("the ledger counts less the further it may have drifted", () => {
    // A drift of variance u/12 halves the ledger's precision: w = 6/10.
    const fresh = weigh(task, 0.1, Math.sqrt(u / 12)).fresh!;
    expect(1 / fresh.information).toBeCloseTo(u * (0.36 / 12 + 1 / 4 + 0.36 / 12 + 0.16 / 4), 10);
  });

  test("a drifted ledger pulls the estimate no further than its share", () => {
    const drifted = [aTaskWith({ ledger: "000000000000", baseline: "1111", candidate: "1111" })];
    const near = weigh(drifted, 0.1, 1e-6).fresh!.delta;
    const far = weigh(drifted, 0.1, 0.5).fresh!.delta;
    expect(near).toBeCloseTo(0.75, 6);
    expect(far).toBeGreaterThan(0);
    expect(far).toBeLessThan(0.3);
  });

  test("without a ledger they alone decide, however far it might have drifted", () => {
    const tasks = [aTaskWith({ baseline: "1100", candidate: "1111" })];
    for (const drift of [0.01, 0.085, 0.5]) {
      const { screen, fresh } = weigh(tasks, 0.1, drift);
      expect(screen.information).toBe(0);
      // 8 trials with 6 passes: u = (6 − 36/8)/7 = 3/14.
      expect(1 / fresh!.information).toBeCloseTo((3 / 14) * (1 / 2), 10);
      expect(fresh!.delta).toBeCloseTo(0.5, 12);
    }
  });
});

describe("where nothing varies", () => {
  test.each([
    ["in any arm", { ledger: "1111", baseline: "11", candidate: "11" }],
    ["and there is no ledger", { baseline: "11", candidate: "11" }],
    ["and all fail", { ledger: "0000", baseline: "00", candidate: "00" }],
    ["with a trial each", { ledger: "1", baseline: "1", candidate: "1" }],
  ])("%s every figure is a number, and none speaks for a gain", (_, shape) => {
    const { screen, fresh } = weigh(tasksWith(5, shape), 0.1, 0.085);
    for (const { delta, information, ratio } of [screen, fresh!]) {
      expect(delta).toBe(0);
      expect(Number.isFinite(information) && Number.isFinite(ratio)).toBe(true);
      expect(ratio).toBeLessThanOrEqual(0);
    }
  });
});
