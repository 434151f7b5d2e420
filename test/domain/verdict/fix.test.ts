import { describe, expect, test } from "vitest";
import type { TaskEvidence } from "../../../src/domain/verdict/evidence.ts";
import { mendedEvidence, nextFix } from "../../../src/domain/verdict/fix.ts";
import { pairEvidence } from "../../../src/domain/verdict/mended.ts";
import type { Step } from "../../../src/domain/verdict/step.ts";
import { aTaskWith, plainPlan, type Shape, tasksWith, wantedIn } from "./evidence.ts";

const plan = plainPlan({ claim: "fix" });
const failing = (shape: Shape = {}) => aTaskWith({ task: "vat", fixes: true, ...shape });
const others = (shape: Shape = {}) => tasksWith(6, shape, "other");
const asked = (step: Step) => wantedIn(step).map(({ task, arm }) => `${task} ${arm}`);
const answered = (kind: string, why: string, names: string[] = []) => ({ answer: { kind, why, names } });
const mended = { baseline: "0000", candidate: "1111" };

describe("the failing tasks are tried first", () => {
  test("three times, with the candidate alone", () => {
    expect(asked(nextFix([failing(), ...others()], plan))).toEqual(Array(3).fill("0 candidate"));
    expect(asked(nextFix([failing(), failing(), ...others()], plan))).toEqual([
      "0 candidate",
      "1 candidate",
      "0 candidate",
    ]);
  });

  test("and if not one try scores, nothing is mended and nothing else is tried", () => {
    expect(nextFix([failing({ candidate: "000" }), ...others()], plan)).toEqual(
      answered("not-improved", "still-fails"),
    );
  });

  test("then in pairs, the task with the fewest first", () => {
    const evidence = [failing({ candidate: "11" }), failing({ candidate: "1", baseline: "0" }), ...others()];
    expect(asked(nextFix(evidence, plan))).toEqual(["0 baseline"]);
    expect(asked(nextFix([failing({ baseline: "0", candidate: "111" }), ...others()], plan))).toEqual([
      "0 baseline",
    ]);
  });

  test("until they are mended, or clearly are not", () => {
    const stuck = { baseline: "00000000", candidate: "10000000" };
    expect(nextFix([failing({ baseline: "1111", candidate: "1111" }), ...others()], plan)).toHaveProperty(
      "wanted",
    );
    expect(nextFix([failing({ ...stuck, baseline: "11000000" }), ...others()], plan)).toEqual(
      answered("not-improved", "still-fails"),
    );
  });

  test("but no more often than --runs says", () => {
    const evidence = [failing({ baseline: "00", candidate: "11" }), ...others()];
    expect(nextFix(evidence, { ...plan, runs: 2 })).toEqual(answered("undecided", "runs"));
  });

  test("nor without end where pairs say neither, such as equal partial credit", () => {
    const even = Array<number>(plan.cap).fill(0.45);
    const evidence = [failing({ baseline: even, candidate: even }), ...others()];
    expect(nextFix(evidence, plan)).toHaveProperty("answer.kind", "undecided");
  });

  test("and the ledger tells nothing of them: it may be old", () => {
    const fresh = failing(mended);
    const evidence = failing({ ledger: "1111", ...mended });
    expect(mendedEvidence([evidence])).toBe(mendedEvidence([fresh]));
    expect(mendedEvidence([fresh, ...others(mended)])).toBeCloseTo(4 * pairEvidence(0, 1), 12);
  });
});

describe("then the others, until each is known not to be broken", () => {
  const after = (tasks: readonly TaskEvidence[]) => nextFix([failing(mended), ...tasks], plan);

  test("all side by side", () => {
    expect(asked(after(others()))).toEqual([1, 2, 3, 4, 5, 6].map((task) => `${task} candidate`));
  });

  test("improved, where each passes twice", () => {
    expect(after(others({ candidate: "11" }))).toEqual(answered("improved", "mended"));
  });

  test("a regression that names it, where one is broken", () => {
    const broken = aTaskWith({ task: "refund", baseline: "111", candidate: "000" });
    expect(after([...others({ candidate: "11" }), broken])).toEqual(
      answered("regression", "broken-task", ["refund"]),
    );
  });

  test("undecided, where one can not be told", () => {
    const open = aTaskWith({ task: "refund", baseline: "1".repeat(12), candidate: "111111000000" });
    expect(after([...others({ candidate: "11" }), open])).toEqual(
      answered("undecided", "unsettled", ["refund"]),
    );
  });

  test("undecided, where --runs allows no more", () => {
    const step = nextFix(
      [failing({ ...mended }), ...others({ candidate: "1111" }), aTaskWith({ candidate: "0011" })],
      {
        ...plan,
        runs: 4,
      },
    );
    expect(asked(step)).toEqual(["7 baseline"]);
    const used = aTaskWith({ task: "refund", baseline: "0011", candidate: "0011" });
    expect(
      nextFix([failing({ ...mended }), ...others({ candidate: "1111" }), used], { ...plan, runs: 4 }),
    ).toEqual(answered("undecided", "unsettled", ["refund"]));
  });
});

test("with fewer than five tasks nothing is claimed", () => {
  expect(nextFix([failing(mended), ...tasksWith(3)], plan)).toEqual(answered("undecided", "few-tasks"));
});
