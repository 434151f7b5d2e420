import { describe, expect, test } from "vitest";
import { cellOf } from "../../../src/domain/verdict/cell.ts";
import { isDeterministic, ledgerLacks, ledgerRuns } from "../../../src/domain/verdict/plan.ts";
import { planOn, rule, tasksWith } from "./evidence.ts";

const coins = "101010101010";
const cells = (tasks: number, marks: string) =>
  Array.from({ length: tasks }, () => cellOf([...marks].map(Number)));

describe("what a decision asks for", () => {
  test("is the rule's own where trials vary as much as coins", () => {
    const { accept, reject, screenReject, lastZ, cap } = planOn(tasksWith(20, { ledger: coins }));
    const { pooled: _, ...own } = rule;
    expect(own).toMatchObject({ accept, reject, screenReject, lastZ, cap });
  });

  // One failure of twelve: a variance of 1/12, and √(0.18 · 12) = 1.4697.
  test.each([
    ["vary little", "111111111110", 1.469694],
    ["do not vary", "111111111111", 1.6],
  ])("is more where trials %s: each is worth more, and overshoots further", (_, ledger, k) => {
    const plan = planOn(tasksWith(20, { ledger }));
    expect(plan.accept).toBeCloseTo(rule.accept + 0.6 * (k - 1), 6);
    expect(plan.reject).toBeCloseTo(rule.reject * k, 5);
    expect(plan.screenReject).toBeCloseTo(rule.screenReject * k, 5);
  });

  test.each([
    [5, 0.24],
    [19, 0.24],
    [20, 0],
  ])("is on a bank of %i tasks higher by %d", (tasks, more) => {
    expect(planOn(tasksWith(tasks, { ledger: coins })).accept).toBeCloseTo(rule.accept + more, 10);
  });

  test("rises where many look at the same trials of the baseline, from two a task on", () => {
    const alone = planOn(tasksWith(20, { ledger: coins, baseline: "1" }));
    expect(alone).toMatchObject({ accept: rule.accept, cap: rule.cap, pooled: 20 });
    const shared = planOn(tasksWith(20, { ledger: coins, baseline: "10" }));
    expect(shared).toMatchObject({ ...rule.pooled, pooled: 40 });
  });

  test("doubles the odds with each time it is begun anew, and leaves no last look", () => {
    const evidence = tasksWith(20, { ledger: coins });
    const accepts = [0, 1, 2].map((restarts) => Math.exp(planOn(evidence, { restarts }).accept));
    expect(accepts[1]! / accepts[0]!).toBeCloseTo(2, 10);
    expect(accepts[2]! / accepts[0]!).toBeCloseTo(4, 10);
    expect(planOn(evidence, { restarts: 1 }).lastZ).toBe(Number.POSITIVE_INFINITY);
  });

  test("has as many trials again when it is extended, at the same bounds and without a second last look", () => {
    const evidence = tasksWith(20, { ledger: coins });
    expect(planOn(evidence, { extensions: 2 })).toMatchObject({
      cap: 3 * rule.cap,
      accept: rule.accept,
      lastZ: Number.POSITIVE_INFINITY,
    });
  });
});

describe("an agent gives the same answer every time", () => {
  test.each<[boolean, string, ReturnType<typeof cells>]>([
    [true, "after sixty repeats that agree", cells(10, "1111111")],
    [true, "whatever its answer is", [...cells(5, "1111111"), ...cells(5, "0000000")]],
    [false, "after fifty", cells(10, "111111")],
    [false, "when one of a hundred differs", [...cells(9, "11111111111"), ...cells(1, "11111111110")]],
    [false, "when one task was tried once only", [...cells(9, "11111111"), ...cells(1, "1")]],
    [false, "before anything was tried", cells(10, "")],
  ])("%s: %s", (expected, _, ledger) => {
    expect(isDeterministic(ledger)).toBe(expected);
  });

  test("which can be known on every bank that a verdict may rest on", () => {
    for (const tasks of [5, 6, 10, 40, 80, 200])
      expect(isDeterministic(cells(tasks, "1".repeat(ledgerRuns(tasks)))), `${tasks} tasks`).toBe(true);
  });
});

describe("the ledger", () => {
  test.each([
    [5, 12],
    [40, 12],
    [60, 8],
    [80, 6],
    [200, 6],
  ])("of %i tasks holds %i trials of each at least", (tasks, runs) => {
    expect(ledgerRuns(tasks)).toBeGreaterThanOrEqual(runs);
    if (tasks > 5) expect(ledgerRuns(tasks)).toBe(runs);
  });

  test("is filled a round at a time, tasks that lag behind first", () => {
    expect(ledgerLacks(cells(6, "10"))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ledgerLacks([...cells(3, "10"), ...cells(2, "1"), ...cells(1, "")])).toEqual([5]);
    expect(ledgerLacks(cells(6, coins))).toEqual([]);
  });

  test("is full earlier where nothing varies", () => {
    expect(ledgerLacks(cells(10, "111111"))).toHaveLength(10);
    expect(ledgerLacks(cells(10, "1111111"))).toEqual([]);
  });
});
