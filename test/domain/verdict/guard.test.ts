import { describe, expect, test } from "vitest";
import { broken, guardPairs, suspects } from "../../../src/domain/verdict/guard.ts";
import { aTaskWith } from "./evidence.ts";

const mustPass = { mustPass: true };

describe("a task is asked again", () => {
  test.each([
    ["when it worked and no longer does", "111", "000", {}],
    ["when it mostly worked and mostly no longer does", "1111", "1000", {}],
    ["when it must pass and fell, though it was never good", "111000", "000000", mustPass],
  ])("%s", (_, baseline, candidate, more) => {
    expect(suspects([aTaskWith(baseline, candidate, more)])).toHaveLength(1);
  });

  test.each([
    ["when one of three runs failed", "111", "110", {}],
    ["when two of four runs failed, which chance does", "1111", "1100", {}],
    ["when it was never good", "111000", "000000", {}],
    ["when it got better", "000", "111", {}],
    ["when it was not tried", "111", "", {}],
    ["when it must pass and does", "111", "111", mustPass],
  ])("but not %s", (_, baseline, candidate, more) => {
    expect(suspects([aTaskWith(baseline, candidate, more)])).toEqual([]);
  });
});

describe("after eight fresh pairs", () => {
  const passes = (count: number) => "1".repeat(count).padEnd(guardPairs, "0");

  test.each([
    [8, 4, true],
    [8, 5, false],
    [7, 2, true],
    [7, 3, false],
    [8, 8, false],
    [4, 8, false],
  ])("a task that passed %i times before and %i now is broken: %s", (before, now, isBroken) => {
    expect(broken([aTaskWith(passes(before), passes(now))])).toHaveLength(Number(isBroken));
  });

  test("more suspects need stronger evidence each, but not those that must pass", () => {
    const fell = aTaskWith(passes(8), passes(4)); // Fisher: p = 0.038
    const steady = aTaskWith(passes(8), passes(8));
    expect(broken([fell, steady])).toEqual([]);
    expect(broken([{ ...fell, ...mustPass }, steady])).toHaveLength(1);
    expect(broken([aTaskWith(passes(8), passes(1)), steady, steady])).toHaveLength(1);
  });

  test("a task whose fresh trials are missing does not block", () => {
    expect(broken([aTaskWith("", "", mustPass)])).toEqual([]);
  });
});
