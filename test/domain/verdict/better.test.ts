import { describe, expect, test } from "vitest";
import { nextBetter } from "../../../src/domain/verdict/better.ts";
import type { Step } from "../../../src/domain/verdict/step.ts";
import { aTaskWith, planOn, plainPlan, type Shape, tasksWith, wantedIn } from "./evidence.ts";

const coins = "101010101010";
const plan = plainPlan();
const arms = (step: Step) => wantedIn(step).map(({ arm }) => arm);
const answered = (kind: string, why: string) => ({ answer: { kind, why, names: [] } });
const times = (count: number, passed: number) => "1".repeat(passed).padEnd(count, "0");

describe("without a trial it answers", () => {
  test("that four tasks are too few, however clear they are", () => {
    const evidence = tasksWith(4, { ledger: times(12, 0), candidate: times(12, 12) });
    expect(nextBetter(evidence, planOn(evidence))).toEqual(answered("undecided", "few-tasks"));
    expect(nextBetter([], planOn([]))).toEqual(answered("undecided", "few-tasks"));
  });

  test("that a bank which is passed throughout has no room for a gain", () => {
    const evidence = tasksWith(5, { ledger: times(12, 12) });
    expect(nextBetter(evidence, planOn(evidence))).toEqual(answered("undecided", "saturated"));
  });
});

describe("trials are asked for", () => {
  test("of the candidate first, of every task once before any is tried again", () => {
    const evidence = tasksWith(10, { ledger: coins });
    const first = wantedIn(nextBetter(evidence, plan));
    expect(first.map(({ task, arm, stage }) => `${task} ${arm} ${stage}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((task) => `${task} candidate main`),
    );
    for (const { task, arm } of first) evidence[task]!.add(arm, task % 2);
    expect(wantedIn(nextBetter(evidence, plan)).map(({ task }) => task)).toEqual([8, 9, 0, 1, 2, 3, 4, 5]);
  });

  test("as many at once as can run at the same time", () => {
    const evidence = tasksWith(40, { ledger: coins });
    expect(wantedIn(nextBetter(evidence, { ...plan, block: 24 }))).toHaveLength(24);
  });

  test("of the baseline only once the candidate looks good, or long after", () => {
    const like = (candidate: string) => nextBetter(tasksWith(20, { ledger: coins, candidate }), plan);
    expect(new Set(arms(like("10")))).toEqual(new Set(["candidate"]));
    expect(arms(like("11")).filter((arm) => arm === "baseline")).toHaveLength(5);
    const hundred = tasksWith(20, { ledger: coins, candidate: "10101" });
    hundred.slice(0, 12).forEach((task) => task.add("candidate", 1)); // keeps it between the bounds
    expect(arms(nextBetter(hundred, plan))).toContain("baseline");
  });

  test("of the baseline where it lags furthest behind the candidate", () => {
    const evidence = [
      ...tasksWith(10, { ledger: coins, baseline: "1", candidate: "11" }),
      ...tasksWith(10, { ledger: coins, candidate: "11" }),
    ];
    const baseline = wantedIn(nextBetter(evidence, plan)).filter(({ arm }) => arm === "baseline");
    expect(baseline.length).toBeGreaterThan(0);
    expect(baseline.every(({ task }) => task >= 10)).toBe(true);
  });
});

describe("what decides", () => {
  test("nothing is accepted on the ledger alone, nor on seven fresh trials of the baseline", () => {
    const evidence = tasksWith(20, { ledger: times(12, 0), candidate: "111" });
    for (let fresh = 0; fresh < 8; fresh++) {
      expect(arms(nextBetter(evidence, plan))).toContain("baseline");
      evidence[fresh]!.add("baseline", 0);
    }
    expect(nextBetter(evidence, plan)).toEqual(answered("improved", "bound"));
  });

  test("what falls far below a gain on the ledger is given up without fresh trials", () => {
    const evidence = tasksWith(100, { ledger: coins, candidate: "10" });
    expect(nextBetter(evidence, plan)).toEqual(answered("not-improved", "screen"));
  });

  test("what is a loss whatever its trials leave open is a regression, against the ledger and against today", () => {
    const fell = tasksWith(20, { ledger: coins, candidate: "00" });
    expect(nextBetter(fell, plan)).toEqual(answered("regression", "worse"));
    const shape = { ledger: coins, baseline: times(40, 40), candidate: times(40, 30) };
    expect(nextBetter(tasksWith(20, shape), { ...plan, cap: 1e6 })).toEqual(answered("regression", "worse"));
  });

  test("what fell below it only against fresh trials is given up, too", () => {
    // Against the ledger it looks like +0.25; against today's baseline like −0.025.
    const shape = { ledger: coins, baseline: times(40, 31), candidate: times(40, 30) };
    expect(nextBetter(tasksWith(20, shape), { ...plan, cap: 1e6 })).toEqual(
      answered("not-improved", "bound"),
    );
  });

  test("a drift of the provider is not taken for a gain", () => {
    const shape = { ledger: coins, baseline: times(8, 6), candidate: times(8, 6) };
    const step = nextBetter(tasksWith(20, shape), plan);
    expect("answer" in step && step.answer.kind === "improved").toBe(false);
  });
});

describe("when all trials are made", () => {
  // 20 tasks with 17 trials in each arm: 680, and the cap is 640; 9 of 17 passed before.
  const at = (candidate: number, more: Partial<Shape> = {}) =>
    tasksWith(20, { ledger: coins, baseline: times(17, 9), candidate: times(17, candidate), ...more });

  /** z = 2.09: above the last look's 1.97, and not yet at the bound. */
  const clear = () => [...at(11).slice(0, 6), ...at(10).slice(6)];

  test("the last look takes a gain that is too clear for chance", () => {
    const evidence = clear();
    expect(nextBetter(evidence, plan)).toEqual(answered("improved", "cap"));
  });

  test("and leaves open what could be either", () => {
    expect(nextBetter(at(10), plan)).toEqual(answered("undecided", "cap"));
  });

  test("and there is no last look after an extension", () => {
    const evidence = clear();
    const extended = { ...plan, lastZ: Number.POSITIVE_INFINITY };
    expect(nextBetter(evidence, extended)).toEqual(answered("undecided", "cap"));
  });

  test("what others made of the baseline is not counted", () => {
    expect(wantedIn(nextBetter(at(10), { ...plan, pooled: 340 }))).toHaveLength(8);
  });

  test("when it is --runs that ends them, nothing is taken on a last look", () => {
    const evidence = clear();
    expect(nextBetter(evidence, { ...plan, cap: 1e6, runs: 17 })).toEqual(answered("undecided", "runs"));
  });

  test("--runs caps each task in each arm", () => {
    const evidence = [
      aTaskWith({ ledger: coins, candidate: "10" }),
      ...tasksWith(19, { ledger: coins, candidate: "1" }),
    ];
    const wanted = wantedIn(nextBetter(evidence, { ...plan, runs: 2 }));
    const tried = wanted.filter(({ arm }) => arm === "candidate").map(({ task }) => task);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried).not.toContain(0);
  });
});
