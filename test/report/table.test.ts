import { describe, expect, test } from "vitest";
import { entry, table, wrap } from "../../src/report/table.ts";

const widthOf = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("a table", () => {
  const headings = ["id", "who", "what"];
  const rows = [
    [1, "ann", "a short one"],
    [12, null, "one that is\nmuch longer than the others are"],
  ];

  test("puts numbers to the right, text to the left, a dash for nothing, and every row on one line", () => {
    expect(table(headings, rows, Number.POSITIVE_INFINITY)).toBe(
      ["id  who  what", " 1  ann  a short one", "12  –    one that is much longer than the others are"].join(
        "\n",
      ),
    );
  });

  test("cuts its widest column to fit the terminal", () => {
    expect(table(headings, rows, 30)).toBe(
      ["id  who  what", " 1  ann  a short one", "12  –    one that is much lon…"].join("\n"),
    );
  });

  test.each([120, 60, 40, 20])("with several wide columns fits %d columns all the same", (width) => {
    const wide = [["a".repeat(50), "b".repeat(70), "c".repeat(30), 3]];
    expect(widthOf(table(["first", "second", "third", "n"], wide, width))).toBeLessThanOrEqual(width);
  });

  test("never cuts a character in two", () => {
    for (let width = 8; width < 20; width++)
      expect(table(["x"], [["🦊".repeat(20)]], width).isWellFormed()).toBe(true);
  });
});

describe("a sentence", () => {
  test("is broken at words, keeps its paragraphs, and is never wider than a page", () => {
    expect(wrap("one two three four five six seven", 20, "  ")).toBe(
      "  one two three four\n  five six seven",
    );
    expect(wrap("one\n\ntwo", 40)).toBe("one\n\ntwo");
    expect(widthOf(wrap("word ".repeat(100), Number.POSITIVE_INFINITY))).toBeLessThanOrEqual(100);
  });

  test("with a label hangs below its own beginning", () => {
    expect(entry("label", "one two three four five six", 8, 28)).toBe(
      "label   one two three four\n        five six",
    );
  });
});
