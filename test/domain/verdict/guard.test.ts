import { describe, expect, test } from "vitest";
import { guard, guardPairs, isSuspect, suspicionOf } from "../../../src/domain/verdict/guard.ts";
import { aTaskWith, tasksWith } from "./evidence.ts";

const mustPass = { mustPass: true };

describe("a task is asked again", () => {
  test.each([
    ["when it worked and no longer does", "111", "000", {}],
    ["when it mostly worked and mostly no longer does", "1111", "1000", {}],
    ["when it must pass and fell, though it was never good", "111000", "000000", mustPass],
    ["when it must pass and was tried once", "111", "1", mustPass],
    ["when it must pass and was not tried", "111", "", mustPass],
  ])("%s", (_, baseline, candidate, more) => {
    expect(isSuspect(aTaskWith({ baseline, candidate, ...more }))).toBe(true);
    expect(isSuspect(aTaskWith({ ledger: baseline, candidate, ...more }))).toBe(true);
  });

  test.each([
    ["when one of three runs failed", "111", "110", {}],
    ["when two of four runs failed, which chance does", "1111", "1100", {}],
    ["when it was never good", "111000", "000000", {}],
    ["when it got better", "000", "111", {}],
    ["when it was not tried", "111", "", {}],
    ["when it must pass and does", "111", "111", mustPass],
  ])("but not %s", (_, baseline, candidate, more) => {
    expect(isSuspect(aTaskWith({ baseline, candidate, ...more }))).toBe(false);
    expect(isSuspect(aTaskWith({ ledger: baseline, candidate, ...more }))).toBe(false);
  });

  test("on what ledger and fresh trials say together", () => {
    // One failure in three alone is chance; after twelve more passes it is not.
    expect(isSuspect(aTaskWith({ baseline: "11", candidate: "100" }))).toBe(false);
    expect(isSuspect(aTaskWith({ ledger: "1".repeat(12), baseline: "11", candidate: "100" }))).toBe(true);
  });
});

describe("its own fresh pairs say", () => {
  test.each([
    ["open", "", ""],
    ["open", "1", "0"],
    ["open", "1", "1"],
    ["cleared", "11", "11"],
    ["cleared", "10", "11"],
    ["open", "11", "00"],
    ["broken", "111", "000"],
    ["broken", "11101", "00100"],
    ["open", "111111", "001111"], // two behind, and two pairs could still bring a third
    ["cleared", "11111111", "00111111"],
    ["cleared", "1111111", "0111111"], // one behind, and one pair is left
  ])("%s after %s before and %s now", (expected, baseline, candidate) => {
    expect(suspicionOf(aTaskWith({ guard: { baseline, candidate } }))).toBe(expected);
  });

  test("nothing in favour of an arm that is one trial ahead", () => {
    expect(suspicionOf(aTaskWith({ guard: { baseline: "111", candidate: "00" } }))).toBe("open");
  });

  test("no more than eight pairs, whatever they score", () => {
    const pairs = (score: number) => Array<number>(guardPairs).fill(score);
    for (const now of [0, 0.2, 0.5, 0.7, 1])
      expect(suspicionOf(aTaskWith({ guard: { baseline: pairs(1), candidate: pairs(now) } }))).not.toBe(
        "open",
      );
  });
});

describe("the guard", () => {
  const fell = { baseline: "1111", candidate: "0000" };

  test("wants a pair of each open suspect, and the other half of one that is half made", () => {
    const evidence = [...tasksWith(2, { baseline: "111", candidate: "111" }), aTaskWith(fell)];
    evidence.push(aTaskWith({ ...fell, guard: { baseline: "1", candidate: "" } }));
    const { broken, wanted } = guard(evidence);
    expect(broken).toEqual([]);
    expect(wanted.map(({ task, arm, stage }) => `${task} ${arm} ${stage}`)).toEqual([
      "2 baseline guard",
      "2 candidate guard",
      "3 candidate guard",
    ]);
  });

  test("names what is broken, and leaves alone what is cleared", () => {
    const broken = aTaskWith({ ...fell, guard: { baseline: "111", candidate: "000" } });
    const cleared = aTaskWith({ ...fell, guard: { baseline: "11", candidate: "11" } });
    expect(guard([broken, cleared])).toEqual({ broken: [broken], wanted: [] });
  });

  test("does not block a task whose fresh trials are missing", () => {
    const { broken, wanted } = guard([aTaskWith(mustPass)]);
    expect(broken).toEqual([]);
    expect(wanted).toHaveLength(2);
  });
});
