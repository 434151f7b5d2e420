import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../../src/domain/random.ts";
import { alphaOf, decide, type TaskEvidence, type VerdictKind } from "../../../src/domain/verdict/decide.ts";
import { aTaskWith, tasksWith } from "./evidence.ts";

const threshold = 0.1;

describe("the verdict is", () => {
  test.each<[VerdictKind, string, TaskEvidence[]]>([
    ["improved", "when every task got better", tasksWith(10, "000", "111")],
    [
      "improved",
      "when six tasks got better and the others stayed",
      [...tasksWith(6, "000", "111"), ...tasksWith(20, "111", "111")],
    ],
    ["improved", "when partial credit rose a little everywhere", graded(12, 0.5, 0.55)],
    ["regression", "when every task got worse", tasksWith(10, "111", "000")],
    ["not-improved", "when nothing changed at all", tasksWith(10, "110", "110")],
    ["not-improved", "when nothing failed before", tasksWith(10, "111", "111")],
    [
      "not-improved",
      "when the loss is too small to be one and too steady to be a gain",
      [...tasksWith(1, "111", "110"), ...tasksWith(30, "111", "111")],
    ],
    [
      "inconclusive",
      "when five tasks got better, which chance does in one of 32",
      tasksWith(5, "000", "111"),
    ],
    [
      "inconclusive",
      "when as many got much better as got worse",
      [...tasksWith(6, "000", "111"), ...tasksWith(4, "111", "000")],
    ],
    ["inconclusive", "with four tasks, however clear", tasksWith(4, "000000", "111111")],
    ["inconclusive", "with no task", []],
    [
      "inconclusive",
      "when most tasks have no trial of one arm",
      [...tasksWith(4, "000", "111"), ...tasksWith(20, "", "111")],
    ],
  ])("%s %s", (kind, _, evidence) => {
    expect(decide(evidence, threshold, 1).kind).toBe(kind);
  });

  test("harder to get with each look at the same growing evidence", () => {
    const six = tasksWith(6, "000", "111"); // p = 1/64
    expect([1, 2].map((look) => decide(six, threshold, look).kind)).toEqual(["improved", "inconclusive"]);
    expect(decide(six, threshold, 2).statistics).toMatchObject({ p: 1 / 64, alpha: 0.0125 });
  });

  test("never kinder to the candidate when a task's result gets worse", () => {
    const ladder = ["111", "110", "100", "000"].map((last) => [
      ...tasksWith(6, "000", "111"),
      aTaskWith("111", last),
    ]);
    const chances = ladder.map((evidence) => decide(evidence, threshold, 1).statistics.p);
    expect(chances).toEqual(chances.toSorted((a, b) => a - b));
    expect(chances.at(-1)).toBeGreaterThan(chances[0]!);
  });
});

describe("the reason of a verdict", () => {
  test.each<[string, TaskEvidence[], string[]]>([
    ["improved", tasksWith(10, "000", "111"), ["+1.000", "0.1 %", "limit 2.5 %"]],
    ["regression", tasksWith(10, "111", "000"), ["−1.000"]],
    ["not-improved", tasksWith(10, "110", "110"), ["+0.000", "threshold of +0.100"]],
    ["inconclusive", [...tasksWith(6, "000", "111"), ...tasksWith(4, "111", "000")], ["+0.200", "0.025"]],
    ["inconclusive", tasksWith(5, "000", "111"), ["All 5 tasks", "6 have to differ"]],
    ["inconclusive", tasksWith(4, "000", "111"), ["Only 4 tasks", "at least 5"]],
  ])("%s gives its numbers", (_, evidence, numbers) => {
    const { reason } = decide(evidence, threshold, 1);
    for (const number of numbers) expect(reason).toContain(number);
  });
});

describe("the statistics", () => {
  test("describe both arms task by task, not trial by trial", () => {
    const evidence = [...tasksWith(5, "1", "0"), ...tasksWith(5, "000000", "111111")];
    expect(decide(evidence, threshold, 1).statistics).toMatchObject({
      tasks: 10,
      baseline: 0.5,
      candidate: 0.5,
      delta: 0,
    });
  });

  test("count tasks of one family together, and say nothing general below eight families", () => {
    const alike = tasksWith(16, "100", "110").map((task, i) => ({ ...task, family: `f${i % 7}` }));
    expect(decide(alike, threshold, 1).statistics).toMatchObject({ families: 7, generalInterval: null });
    const mixed = [
      ...tasksWith(8, "000", "111"),
      aTaskWith("111", "111"),
      aTaskWith("111", "000", { family: "other" }),
    ];
    const width = (evidence: readonly TaskEvidence[]) => {
      const [low, high] = decide(evidence, threshold, 1).statistics.generalInterval!;
      return high - low;
    };
    // Twins add no knowledge about other families.
    expect(width(mixed.flatMap((task) => [task, task, task]))).toBeCloseTo(width(mixed), 10);
    expect(
      width(mixed.flatMap((task) => [0, 1, 2].map((i) => ({ ...task, family: `${task.family}-${i}` })))),
    ).toBeLessThan(width(mixed));
  });

  test("know no certainty: the interval has a width even where all trials agree, and more trials narrow it", () => {
    const widths = ["1", "111", "111111111"].map((marks) => {
      const [low, high] = decide(tasksWith(10, marks, marks), threshold, 1).statistics.interval;
      return high - low;
    });
    expect(widths[0]).toBeGreaterThan(widths[1]!);
    expect(widths[1]).toBeGreaterThan(widths[2]!);
    expect(widths[2]).toBeGreaterThan(0);
  });

  test.each([
    [1, 1.959964 + 0.841621],
    [2, 2.241403 + 0.841621],
    [4, 2.734369 + 0.841621],
  ])("say at look %i what gain eight of ten evaluations would have seen", (look, quantiles) => {
    const { interval, minimumDetectable } = decide(tasksWith(10, "110", "100"), threshold, look).statistics;
    const standardError = (interval[1] - interval[0]) / 2 / 1.96;
    expect(minimumDetectable / standardError).toBeCloseTo(quantiles, 4);
  });
});

describe("a change that changes nothing", () => {
  test("has a level that all looks together keep below a twentieth", () => {
    const levels = Array.from({ length: 60 }, (_, i) => alphaOf(i + 1));
    expect(levels.reduce((sum, level) => sum + level, 0)).toBeLessThanOrEqual(0.05);
    expect(levels.every((level, i) => level > 0 && level <= (levels[i - 1] ?? 1))).toBe(true);
  });

  test.each([
    [6, "few tasks"],
    [12, "a dozen tasks"],
    [40, "many tasks"],
  ])(
    "is called improved no more often than stated with %i tasks, also when asked again and again",
    (count) => {
      const simulations = 1500;
      const looks = 5;
      let first = 0;
      let ever = 0;
      for (let i = 0; i < simulations; i++) {
        const random = randomNumbers(`${count} tasks, simulation ${i}`);
        const draw = () => random.next().value;
        const chances = Array.from({ length: count }, draw);
        const marks = chances.map(() => ({ baseline: "", candidate: "" }));
        const verdicts = Array.from({ length: looks }, (_, look) => {
          for (const [task, chance] of chances.entries())
            for (const arm of ["baseline", "candidate"] as const)
              for (let run = 0; run < 3; run++) marks[task]![arm] += draw() < chance ? "1" : "0";
          return decide(
            marks.map(({ baseline, candidate }) => aTaskWith(baseline, candidate)),
            threshold,
            look + 1,
          ).kind;
        });
        if (verdicts[0] === "improved") first++;
        if (verdicts.includes("improved")) ever++;
      }
      // Four standard deviations of a binomial count: a rule at the stated rate crosses this once in 30,000 runs.
      const most = (rate: number) => simulations * rate + 4 * Math.sqrt(simulations * rate * (1 - rate));
      expect(first).toBeLessThanOrEqual(most(0.025));
      expect(ever).toBeLessThanOrEqual(most(0.05));
      if (count > 6) expect(ever).toBeGreaterThan(0); // the simulation can see what it bounds
    },
  );
});

function graded(count: number, before: number, after: number): TaskEvidence[] {
  return tasksWith(count, "", "").map((task) => ({
    ...task,
    baseline: [before, before],
    candidate: [after, after],
  }));
}
