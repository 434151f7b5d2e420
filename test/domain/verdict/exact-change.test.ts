import { describe, expect, test } from "vitest";
import { nextExact } from "../../../src/domain/verdict/exact-change.ts";
import { tasksWith } from "./evidence.ts";

const pass = "1111111";
const fail = "0000000";
const asked = (step: ReturnType<typeof nextExact>) =>
  step && "wanted" in step ? step.wanted.map(({ task, arm }) => `${task} ${arm}`) : step;
const answered = (kind: string, why: string) => ({ answer: { kind, why, names: [] } });
const won = { ledger: fail, baseline: "0", candidate: "11" };
const lost = { ledger: pass, baseline: "1", candidate: "00" };
const same = { ledger: pass, candidate: "1" };

describe("with an agent that gives the same answer every time", () => {
  test("each task is tried once", () => {
    const evidence = [...tasksWith(2, { ledger: pass }), ...tasksWith(1, same)];
    expect(asked(nextExact(evidence))).toEqual(["0 candidate", "1 candidate"]);
  });

  test("only results that changed are tried once more, in both arms", () => {
    const evidence = [...tasksWith(5, same), ...tasksWith(2, { ledger: fail, candidate: "1" })];
    expect(asked(nextExact(evidence))).toEqual(["5 baseline", "5 candidate", "6 baseline", "6 candidate"]);
  });

  test("a change of nothing is no improvement, and costs one trial a task", () => {
    expect(nextExact(tasksWith(10, same))).toEqual(answered("not-improved", "no-change"));
  });

  // Sign test: 1/32 for five of five, 1/16 for four of four, 9/256 for seven of eight, 22/256 … 37/256 for six.
  test.each([
    [5, 0, "improved"],
    [4, 0, "undecided"],
    [1, 0, "undecided"],
    [7, 1, "improved"],
    [6, 2, "undecided"],
    [3, 3, "not-improved"],
    [0, 1, "not-improved"],
  ])("%i won and %i lost: %s", (wins, losses, kind) => {
    const evidence = [...tasksWith(wins, won), ...tasksWith(losses, lost), ...tasksWith(4, same)];
    expect(nextExact(evidence)).toEqual(answered(kind, "exact"));
  });

  test("more partial credit is a gain, too", () => {
    const graded = { ledger: [0.4, 0.4, 0.4], baseline: [0.4], candidate: [0.6, 0.6] };
    expect(nextExact(tasksWith(5, graded))).toEqual(answered("improved", "exact"));
  });
});

describe("it turns out to vary", () => {
  test.each([
    ["when the candidate's second try differs", { ledger: fail, baseline: "0", candidate: "10" }],
    [
      "when the baseline's fresh try differs from the ledger",
      { ledger: fail, baseline: "1", candidate: "11" },
    ],
  ])("%s: then the sign test says nothing", (_, shape) => {
    expect(nextExact([...tasksWith(9, won), ...tasksWith(1, shape)])).toBeUndefined();
  });
});
