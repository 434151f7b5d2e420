import { describe, expect, test } from "vitest";
import { guard } from "../../../src/domain/verdict/guard.ts";
import { aTaskWith, type Shape, tasksWith } from "./evidence.ts";

const works = { ledger: "111111111111" };
const asked = (shape: Shape, exact = false, doubtAt?: number) =>
  guard([aTaskWith(shape)], exact, doubtAt).wanted.map(({ arm, stage }) => `${arm} ${stage}`);
const isBroken = (shape: Shape) => guard([aTaskWith(shape)], false).broken.length === 1;

describe("a task that worked", () => {
  test("is asked until it is known to work", () => {
    expect(asked({ ...works, candidate: "" })).toEqual(["candidate guard"]);
    expect(asked({ ...works, candidate: "1" })).toEqual(["candidate guard"]);
    expect(asked({ ...works, candidate: "111" })).toEqual([]);
  });

  test("is asked of the baseline, too, once it has failed twice", () => {
    expect(asked({ ...works, candidate: "10" })).toEqual(["candidate guard"]);
    expect(asked({ ...works, candidate: "00" })).toEqual(["baseline guard"]);
  });

  test("is broken when fresh trials of both arms say so, and never on the ledger alone", () => {
    expect(isBroken({ ...works, candidate: "0000" })).toBe(false);
    expect(isBroken({ ...works, candidate: "000", guard: { baseline: "1", candidate: "" } })).toBe(true);
    expect(isBroken({ ...works, candidate: "000", guard: { baseline: "000", candidate: "" } })).toBe(false);
  });

  test("is not broken by one failure among many passes", () => {
    const shape = { ...works, candidate: "10", guard: { baseline: "", candidate: "11111" } };
    expect(isBroken(shape)).toBe(false);
    expect(asked(shape)).toEqual([]);
  });

  test("is asked sixteen times in each arm at most, whatever it scores", () => {
    for (const [before, now] of [
      ["10", "10"],
      ["110", "010"],
      ["1110", "0110"],
    ] as const) {
      const many = (pattern: string) => pattern.repeat(16).slice(0, 16);
      expect(asked({ ...works, guard: { baseline: many(before), candidate: many(now) } })).toEqual([]);
    }
  });

  test("counts with the claim's own trials", () => {
    expect(isBroken({ ...works, baseline: "1", candidate: "000" })).toBe(true);
  });
});

describe("what is not asked", () => {
  test("a task that never worked well, unless it must pass", () => {
    const shape = { ledger: "101010", candidate: "0" };
    expect(asked(shape)).toEqual([]);
    expect(asked({ ...shape, mustPass: true })).toEqual(["candidate guard"]);
  });

  test("a task of which no trial of the baseline is known", () => {
    expect(asked({ candidate: "0", mustPass: true })).toEqual([]);
  });

  test("a result that did not change, of an agent that never varies", () => {
    expect(asked({ ...works, candidate: "1" }, true)).toEqual([]);
    expect(asked({ ...works, candidate: "00" }, true)).toEqual(["baseline guard"]);
  });

  test("a task that is likelier intact than broken, where no further trial will be made", () => {
    expect(asked({ ...works, candidate: "1" }, false, 0)).toEqual([]);
    expect(asked({ ...works, candidate: "00" }, false, 0)).toEqual(["baseline guard"]);
  });
});

test("the more tasks are guarded, the more it takes to call one of them broken", () => {
  const fell = { ...works, candidate: "000", guard: { baseline: "1", candidate: "" } };
  const among = (count: number) => guard([...tasksWith(count, works), aTaskWith(fell)], false).broken.length;
  expect([among(0), among(15), among(400)]).toEqual([1, 1, 0]);
});
