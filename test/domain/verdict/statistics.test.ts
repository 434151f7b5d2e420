import { describe, expect, test } from "vitest";
import type { TaskEvidence } from "../../../src/domain/verdict/evidence.ts";
import { mendedAt, pairEvidence } from "../../../src/domain/verdict/mended.ts";
import {
  describe as figuresOf,
  driftZ,
  type Statistics,
  trialsToDecide,
} from "../../../src/domain/verdict/statistics.ts";
import { weigh } from "../../../src/domain/verdict/weigh.ts";
import { aTaskWith, planOn, plainPlan, type Shape, tasksWith } from "./evidence.ts";

const plan = plainPlan();
const coins = "101010101010";

describe("of the claim better", () => {
  test("describe both arms task by task", () => {
    const evidence = [
      ...tasksWith(5, { ledger: "1111", candidate: "0" }),
      ...tasksWith(5, { ledger: "0000", candidate: "1" }),
    ];
    const { tasks, baseline, candidate, delta } = figuresOf(evidence, plan);
    expect([tasks, baseline]).toEqual([10, 0.5]);
    expect(candidate).toBeCloseTo(0.5, 12);
    expect(delta).toBeCloseTo(0, 12);
  });

  test("reach two standard errors to either side of what decides", () => {
    const evidence = tasksWith(10, { ledger: coins, baseline: "1010", candidate: "1110" });
    const { delta, information, ratio } = weigh(evidence, plan.delta, plan.drift).fresh!;
    const { interval, minimumDetectable, ...rest } = figuresOf(evidence, plan);
    const error = 1 / Math.sqrt(information);
    expect(rest).toMatchObject({ delta, strength: ratio, bound: plan.accept, baseline: 0.5 });
    expect(interval[0]).toBeCloseTo(delta - 1.959964 * error, 6);
    expect(interval[1]).toBeCloseTo(delta + 1.959964 * error, 6);
    // Seen in eight of ten cases: 1.96 + 0.84 standard errors.
    expect(minimumDetectable).toBeCloseTo((1.959964 + 0.841621) * error, 6);
  });

  test("say nothing before the candidate was tried", () => {
    const evidence = tasksWith(10, { ledger: coins });
    const nothing = { delta: 0, interval: [-1, 1], strength: 0, minimumDetectable: null };
    expect(figuresOf(evidence, plan)).toMatchObject(nothing);
    expect(figuresOf([], plan)).toMatchObject({ ...nothing, tasks: 0, families: 0 });
  });

  test("are exact where the agent gives the same answer every time", () => {
    const evidence = [
      ...tasksWith(9, { ledger: "1111111", candidate: "1" }),
      aTaskWith({ ledger: "0000000", baseline: "0", candidate: "11" }),
    ];
    const { delta, interval, baseline, candidate } = figuresOf(evidence, planOn(evidence));
    expect([delta, ...interval]).toEqual([0.1, 0.1, 0.1]);
    expect([baseline, candidate]).toEqual([0.9, 1]);
  });

  test.each<[string, Shape]>([
    ["nothing varies", { ledger: "111", baseline: "1", candidate: "11" }],
    ["everything is lost", { ledger: "111", baseline: "111", candidate: "000" }],
    ["there is no ledger", { baseline: "1", candidate: "0" }],
  ])("are possible numbers where %s", (_, shape) => {
    const { delta, interval, baseline, candidate } = figuresOf(tasksWith(6, shape), plan);
    for (const figure of [delta, ...interval]) expect(Math.abs(figure)).toBeLessThanOrEqual(1);
    for (const score of [baseline, candidate]) expect(score >= 0 && score <= 1).toBe(true);
  });
});

describe("on tasks like these", () => {
  const up = { ledger: "000", candidate: "111" };
  const down = { ledger: "111", candidate: "000" };

  test("nothing is said below eight families, and tasks of one family count together", () => {
    const alike = tasksWith(16, up).map((_, i) => aTaskWith({ ...up, task: `t${i}`, family: `f${i % 7}` }));
    expect(figuresOf(alike, plan)).toMatchObject({ families: 7, generalInterval: null });
  });

  test("twins add no knowledge about other families, and other families do", () => {
    const shapes: Shape[] = [...Array<Shape>(8).fill(up), { ledger: "111", candidate: "111" }, down];
    const bank = (copies: number, family: (i: number, copy: number) => string) =>
      Array.from({ length: copies }, (_, copy) =>
        shapes.map((shape, i) => aTaskWith({ ...shape, task: `t${i}-${copy}`, family: family(i, copy) })),
      ).flat();
    const width = (evidence: readonly TaskEvidence[]) => {
      const [low, high] = figuresOf(evidence, plan).generalInterval!;
      return high - low;
    };
    const once = width(bank(1, (i) => `f${i}`));
    expect(width(bank(3, (i) => `f${i}`))).toBeCloseTo(once, 10);
    expect(width(bank(3, (i, copy) => `f${i}-${copy}`))).toBeLessThan(once);
  });
});

describe("of the claim fix", () => {
  const fix = plainPlan({ claim: "fix" });
  const mended = aTaskWith({ fixes: true, ledger: "1111", baseline: "0000", candidate: "1111" });

  test("are those of the tasks to be mended, on fresh trials alone", () => {
    const evidence = [mended, ...tasksWith(7, { ledger: "111", candidate: "11" })];
    const figures = figuresOf(evidence, fix);
    expect(figures).toMatchObject({ tasks: 8, baseline: 0, candidate: 1, delta: 1, generalInterval: null });
    expect(figures.strength).toBeCloseTo(4 * pairEvidence(0, 1), 12);
    expect(figures.bound).toBe(mendedAt);
    // Agresti and Coull: 1/6 and 5/6 of six trials, each with a variance of 5/216.
    expect(figures.interval[0]).toBeCloseTo(1 - 1.959964 * Math.sqrt(10 / 216), 6);
    expect(figures.interval[1]).toBe(1);
  });

  test("say nothing before both arms were tried", () => {
    const evidence = [aTaskWith({ fixes: true, candidate: "11" }), ...tasksWith(7)];
    expect(figuresOf(evidence, fix)).toMatchObject({ delta: 0, interval: [-1, 1], minimumDetectable: null });
  });
});

describe("whether the ledger still tells what the baseline does", () => {
  test("is the difference to its fresh trials in standard errors", () => {
    // 24 trials with 18 passes: u = 4.5/23; z = 0.5/√(u/6).
    const evidence = [aTaskWith({ ledger: coins, baseline: "1".repeat(12), candidate: "0000" })];
    expect(driftZ(evidence)).toBeCloseTo(0.5 / Math.sqrt(4.5 / 23 / 6), 10);
  });

  test.each<[string, Shape]>([
    ["there are no fresh ones", { ledger: coins, candidate: "11" }],
    ["there is no ledger", { baseline: "11", candidate: "00" }],
    ["both say the same", { ledger: coins, baseline: "10" }],
  ])("is 0 where %s", (_, shape) => {
    expect(driftZ(tasksWith(5, shape))).toBeCloseTo(0, 10);
  });
});

describe("how many trials would decide", () => {
  const at = (delta: number, strength: number) => ({ delta, strength }) as Statistics;

  test.each([
    ["twice as many at half the bound", at(0.1, plan.accept / 2), 100, 200],
    ["twice as many at half the way to a no", at(0, -plan.reject / 2), 100, 200],
    ["nobody knows before the first", at(0, 0), 0, null],
    ["nobody knows where it points the other way", at(0.1, -1), 100, null],
    ["too many to say near the middle", at(0.051, 0.01), 100, null],
    ["none where it is decided", at(0.1, 2 * plan.accept), 100, null],
  ])("%s", (_, statistics, made, expected) => {
    expect(trialsToDecide(statistics, plan, made)).toBe(expected);
  });
});
