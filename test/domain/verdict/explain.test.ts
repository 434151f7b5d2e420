import { describe, expect, test } from "vitest";
import { explain } from "../../../src/domain/verdict/explain.ts";
import { describe as figuresOf } from "../../../src/domain/verdict/statistics.ts";
import type { AnswerKind, Why } from "../../../src/domain/verdict/step.ts";
import { aTaskWith, plainPlan, type Shape, tasksWith } from "./evidence.ts";

/** Every reason with the answers that it may give. */
const reasons: Record<Why, readonly AnswerKind[]> = {
  "few-tasks": ["undecided"],
  saturated: ["undecided"],
  bound: ["improved", "not-improved"],
  screen: ["not-improved"],
  cap: ["improved", "undecided"],
  runs: ["undecided"],
  "no-change": ["not-improved"],
  exact: ["improved", "not-improved", "undecided"],
  "still-fails": ["not-improved"],
  mended: ["improved"],
  unsettled: ["undecided"],
  "broken-task": ["regression"],
  "broken-category": ["regression"],
  budget: ["undecided"],
  "fixes-nothing": ["not-improved"],
  same: ["not-improved"],
  worse: ["regression"],
  open: ["undecided"],
  suspects: ["undecided"],
};
const table = Object.entries(reasons).flatMap(([why, kinds]) =>
  kinds.map((kind) => [why as Why, kind] as const),
);
const shapes: readonly Shape[] = [
  {},
  { ledger: "1010", candidate: "11" },
  { ledger: "1010", baseline: "10", candidate: "00" },
  { baseline: "1", candidate: "1" },
];

describe("the reason of a verdict", () => {
  test.each(table)("%s, %s is one sentence or two, and every word of them is one", (why, kind) => {
    for (const shape of shapes)
      for (const count of [0, 1, 10])
        for (const names of [["refund"], ["a", "b", "c", "d", "e"]])
          for (const claim of ["better", "fix"] as const) {
            const plan = plainPlan({ claim, runs: 3 });
            const evidence = tasksWith(count, { ...shape, fixes: true });
            const text = explain(
              { kind, why, names },
              { statistics: figuresOf(evidence, plan), plan, stopped: undefined },
            );
            expect(text).not.toMatch(/undefined|NaN|Infinity|null|\[object/);
            expect(text).toMatch(/^\S[^]*\.$/);
            expect(text.match(/[.!?](\s|$)/g)!.length, text).toBeLessThanOrEqual(2);
          }
  });

  const said = (kind: AnswerKind, why: Why, names: readonly string[] = [], stopped?: string) => {
    const plan = plainPlan({ runs: 3 });
    const evidence = [...tasksWith(4, { ledger: "1010", candidate: "11" }), aTaskWith({ ledger: "1" })];
    return explain({ kind, why, names }, { statistics: figuresOf(evidence, plan), plan, stopped });
  };

  test.each<[AnswerKind, Why, RegExp]>([
    ["improved", "bound", /rose by \+0\.500; .* at most 2\.5 % of cases/],
    ["not-improved", "bound", /below a gain worth having/],
    ["not-improved", "screen", /\+0\.500: too far below \+0\.100/],
    ["undecided", "cap", /All 640 trials .* --extend/],
    ["undecided", "runs", /--runs allows no more than 3 trials of a task/],
    ["undecided", "few-tasks", /^Only 5 tasks decide, and at least 5 are needed/],
  ])("%s by %s gives its figures and the way on", (kind, why, pattern) => {
    expect(said(kind, why)).toMatch(pattern);
  });

  test("names the limit that stopped it, and at most three tasks", () => {
    expect(said("undecided", "budget", [], "the limit of 7 trials is reached")).toBe(
      "Not decided yet: the limit of 7 trials is reached. What was tried is kept; the same command goes on.",
    );
    expect(said("regression", "broken-task", ["a"])).toMatch(/^a worked before and no longer does,/);
    expect(said("regression", "broken-task", ["a", "b", "c", "d", "e"])).toMatch(
      /^a, b, c and 2 more worked before and no longer do,/,
    );
  });

  test("does not blame a lack of tasks for a change that only lost", () => {
    expect(said("not-improved", "exact")).not.toContain("too few tasks changed");
  });
});
