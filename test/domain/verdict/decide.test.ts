import { describe, expect, test } from "vitest";
import { answerNow, nextStep } from "../../../src/domain/verdict/decide.ts";
import type { TaskEvidence } from "../../../src/domain/verdict/evidence.ts";
import { aTaskWith, planOn, plainPlan, type Shape, tasksWith, wantedIn } from "./evidence.ts";

const coins = "101010101010";
const plan = plainPlan();
const answerOn = (evidence: readonly TaskEvidence[], how = plan) => {
  const step = nextStep(evidence, how);
  return "answer" in step ? step.answer : undefined;
};
/** A gain that crosses the bound, with fresh trials enough. */
const better: Shape = { ledger: coins, baseline: "10", candidate: "1111" };

describe("the verdict is", () => {
  test.each<[string, string, TaskEvidence[]]>([
    ["improved", "when every task got better", tasksWith(10, better)],
    [
      "improved",
      "when six tasks got better and the others stayed",
      [
        ...tasksWith(6, { ledger: coins, baseline: "10101010", candidate: "11111111" }),
        ...tasksWith(14, { ledger: coins, baseline: "10101010", candidate: "10101010" }),
      ],
    ],
    [
      "improved",
      "when partial credit rose a little everywhere",
      tasksWith(12, { ledger: [0.4, 0.5, 0.6, 0.5], baseline: [0.4, 0.6], candidate: [0.7, 0.5, 0.6, 0.7] }),
    ],
    ["regression", "when every task got worse", tasksWith(10, { ledger: coins, candidate: "0000" })],
    ["not-improved", "when nothing changed at all", tasksWith(40, { ledger: coins, candidate: "1010" })],
    ["undecided", "with four tasks, however clear", tasksWith(4, better)],
    ["undecided", "with no task", []],
  ])("%s %s", (kind, _, evidence) => {
    expect(answerOn(evidence)?.kind).toBe(kind);
  });

  test("never kinder to the candidate when a task's result gets worse", () => {
    const rank = { improved: 2, undecided: 1, "not-improved": 0, regression: 0 };
    const rest = tasksWith(9, { ledger: coins, baseline: "10", candidate: "1100" });
    const ranks = ["1111", "1110", "1100", "1000", "0000"].map((candidate) => {
      const kind = answerOn([...rest, aTaskWith({ ledger: coins, baseline: "10", candidate })])?.kind;
      return rank[kind ?? "undecided"];
    });
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
  });

  test("that a bank which production passes throughout has no room for a gain, before the candidate is tried", () => {
    const saturated = tasksWith(10, { ledger: "1111111" });
    expect(answerOn(saturated, planOn(saturated))).toEqual({
      kind: "undecided",
      why: "saturated",
      names: [],
    });
  });
});

describe("an agent that gives the same answer every time", () => {
  const exact = planOn([...tasksWith(9, { ledger: "0000000" }), aTaskWith({ ledger: "1111111" })]);
  const won = tasksWith(9, { ledger: "0000000", baseline: "0", candidate: "11" });
  const same = aTaskWith({ ledger: "1111111", candidate: "1" });

  test("is decided by the sign test over its tasks", () => {
    expect(exact.deterministic).toBe(true);
    expect(answerOn([...won, same], exact)).toEqual({ kind: "improved", why: "exact", names: [] });
  });

  test("and like any other as soon as it does vary", () => {
    const varied = aTaskWith({ ledger: "1111111", baseline: "0", candidate: "11" });
    expect(answerOn([...won, varied], exact)?.why).not.toBe("exact");
  });

  test("and what it broke is asked again before it blocks", () => {
    const lost = { ledger: "1111111", baseline: "1", candidate: "00" };
    const step = nextStep([...won, aTaskWith(lost)], exact);
    expect(wantedIn(step).map(({ task, stage }) => [task, stage])).toEqual([[9, "guard"]]);
    const confirmed = aTaskWith({ ...lost, guard: { baseline: "111", candidate: "000" } });
    expect(answerOn([...won, confirmed], exact)).toEqual({
      kind: "regression",
      why: "broken-task",
      names: ["refund"],
    });
  });
});

describe("what is better on the whole", () => {
  const gains = tasksWith(12, better);

  test("is a regression when a task that worked is broken, and says which", () => {
    const broken = aTaskWith({
      ledger: "1".repeat(12),
      baseline: "11",
      candidate: "0000",
      guard: { baseline: "111", candidate: "000" },
    });
    expect(answerOn([...gains, broken])).toEqual({
      kind: "regression",
      why: "broken-task",
      names: ["refund"],
    });
  });

  test("is not called so before a suspect was asked again", () => {
    const suspect = aTaskWith({ ledger: "1".repeat(12), candidate: "0000" });
    expect(wantedIn(nextStep([...gains, suspect], plan)).every(({ stage }) => stage === "guard")).toBe(true);
  });

  test("waits for a task that must pass and was hardly tried", () => {
    const must = { mustPass: true, ledger: "1".repeat(12), baseline: "1", candidate: "1" };
    expect(wantedIn(nextStep([...gains, aTaskWith(must)], plan))).toHaveLength(1);
    const passed = aTaskWith({ ...must, guard: { baseline: "", candidate: "11" } });
    expect(answerOn([...gains, passed])?.kind).toBe("improved");
  });

  test("is a regression when a whole category got worse, though no task of it was ever good", () => {
    const worse = { category: "vat", ledger: coins, baseline: "1010", candidate: "0000" };
    const many = [...tasksWith(20, better), ...tasksWith(6, worse, "vat")];
    expect(answerOn(many)).toEqual({ kind: "regression", why: "broken-category", names: ["vat"] });
  });

  test("stays improved where a category may be worse by chance", () => {
    const maybe = { category: "vat", ledger: coins, baseline: "10", candidate: "1000" };
    expect(answerOn([...tasksWith(20, better), ...tasksWith(2, maybe, "vat")])?.kind).toBe("improved");
  });
});

describe("where no further trial will be made", () => {
  test("what the evidence has decided stays so", () => {
    expect(answerNow(tasksWith(10, better), plan).kind).toBe("improved");
  });

  test("and all else is left open, for want of budget", () => {
    const open = answerNow(tasksWith(10, { ledger: coins, candidate: "1" }), plan);
    expect(open).toEqual({ kind: "undecided", why: "budget", names: [] });
  });
});
