import { describe, expect, test } from "vitest";
import { KiraError } from "../../src/domain/errors.ts";
import { parseLines } from "../../src/domain/lines.ts";
import { parseOutcome } from "../../src/domain/outcome.ts";

const now = "2026-01-31T09:30:00.000Z";
const good = { task: "Refund for March", outcome: "failure", category: "billing" };

describe("an outcome", () => {
  test("needs no more than a task, a result and a category", () => {
    expect(parse(good)).toEqual({
      ...good,
      timestamp: now,
      durationSeconds: null,
      notes: null,
      improvementId: null,
      sessionKey: null,
    });
  });

  test("keeps all it is told, its time in UTC and its duration in whole seconds", () => {
    const told = { notes: "two\nlines", improvementId: 3, sessionKey: "s-1" };
    expect(parse({ ...good, ...told, duration: 89.6, timestamp: "2026-01-31T00:30:00+01:00" })).toEqual({
      ...good,
      ...told,
      durationSeconds: 90,
      timestamp: "2026-01-30T23:30:00.000Z",
    });
  });

  test.each<[string, unknown, string]>([
    ["a list", [good], "this is not a JSON object"],
    ["nothing", null, "this is not a JSON object"],
    ["a text", "failure", "this is not a JSON object"],
    ["a field that no outcome has", { ...good, mood: "bad" }, `"mood" is not a field of an outcome`],
    ["no task", { ...good, task: undefined }, "task is missing"],
    ["a task of spaces", { ...good, task: " \n" }, "task is missing"],
    ["a task that is a number", { ...good, task: 7 }, "task is not text"],
    ["no category", { ...good, category: null }, "category is missing"],
    ["a result that is none of three", { ...good, outcome: "great" }, `"great" is not an outcome`],
    ["a result in capitals", { ...good, outcome: "Failure" }, `"Failure" is not an outcome`],
    ["a negative duration", { ...good, duration: -1 }, "duration is -1"],
    ["a duration in words", { ...good, durationSeconds: "long" }, `durationSeconds is "long"`],
    ["an endless duration", { ...good, duration: Infinity }, "duration is "],
    ["the proposal number 0", { ...good, improvementId: 0 }, "improvementId is 0"],
    ["half a proposal", { ...good, improvementId: 1.5 }, "improvementId is 1.5. Give a whole number"],
    ["a time that is none", { ...good, timestamp: "yesterday" }, `"yesterday" is not a time`],
    ["notes over 64 KiB", { ...good, notes: "x".repeat(64 * 1024 + 1) }, "notes is longer than"],
    [
      "notes over 64 KiB in few characters",
      { ...good, notes: "ü".repeat(32 * 1024 + 1) },
      "notes is longer than",
    ],
    ["a task of a megabyte", { ...good, task: "x".repeat(1e6) }, "task is longer than"],
  ])("with %s is refused, with what is wrong and what to do", (_, input, problem) => {
    const message = refusalOf(() => parse(input));
    expect(message).toContain(`Line 3: ${problem}`);
    expect(message).toMatch(/\. [A-Z].*\.$/);
  });

  test("holds long notes whole", () => {
    const notes = "é".repeat(20_000);
    expect(parse({ ...good, notes }).notes).toBe(notes);
  });
});

describe("outcomes in bulk", () => {
  const line = JSON.stringify(good);
  const text = `${line}\n\n${line}\r\n{"task":\n${JSON.stringify({ ...good, outcome: "great" })}\n${line}`;
  const read = (given: string, skipInvalid: boolean) =>
    parseLines(given, (value, where) => parseOutcome(value, where, now), skipInvalid);

  test("are read line by line; empty lines and Windows line ends do not matter", () => {
    expect(read(`\n${line}\r\n \n${line}`, false)).toMatchObject({ items: [good, good], skipped: [] });
    expect(read("", false)).toEqual({ items: [], skipped: [] });
  });

  test("are all refused for the first bad line, which is named as an editor counts it", () => {
    const message = refusalOf(() => read(text, false));
    expect(message).toMatch(/^Line 4 is not valid JSON: .* Nothing was recorded\.$/s);
    expect(refusalOf(() => read(text.replace(`{"task":\n`, `${line}\n`), false))).toMatch(
      /^Line 5: "great" is not an outcome/,
    );
  });

  test("are kept without the bad lines where that was asked for, and each of those is told", () => {
    const { items, skipped } = read(text, true);
    expect(items).toHaveLength(3);
    expect(skipped.map((told) => /^Line \d+/.exec(told)?.[0])).toEqual(["Line 4", "Line 5"]);
  });

  test("do not hide a bug as a bad line", () => {
    const bug = () => {
      throw new TypeError("bug");
    };
    expect(() => parseLines(line, bug, true)).toThrow(TypeError);
  });
});

function parse(input: unknown) {
  return parseOutcome(input, "Line 3", now);
}

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(KiraError);
    expect((error as KiraError).code).toBe("invalid");
    return (error as KiraError).message;
  }
  throw new Error("it was accepted");
}
