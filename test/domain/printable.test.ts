import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oneLine, printable, printableJson } from "../../src/domain/printable.ts";

describe("foreign text", () => {
  test.each([
    ["move the cursor", "\u001b[2J\u001b[1;1H"],
    ["set the window's title", "\u001b]0;owned\u0007"],
    ["use the eight-bit form of an escape", "\u009b31m"],
    ["write over its line", "safe\rrm -rf"],
    ["delete what stands before it", "a\b\u007f"],
    ["turn the reading direction", "\u202etxt.exe"],
    ["turn it by isolates or marks", "\u2066a\u2069\u061c\u200f"],
    ["hide characters", "a\u200bb\u2060c\ufeff"],
    ["start a line that only some programs see", "a\u2028b\u0085c"],
  ])("cannot %s", (_, text) => {
    expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(printable(text)).toContain("\ufffd");
  });

  test("keeps its letters, tabs and line breaks", () => {
    const text = "Grüße\t退款 🎉 e\u0301\nשלום";
    expect(printable(text)).toBe(text);
  });
});

test("JSON of foreign text drives no terminal and means the same", () => {
  const foreign = { notes: "\u001b[2J\u009b31m\u202etxt.exe", more: ["\u007f", "a\nb"] };
  expect(printableJson(foreign)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(printableJson(foreign))).toEqual(foreign);
});

describe("on one line", () => {
  test.each([
    ["a\n  b\t c ", 10, "a b c"],
    ["1234567890", 10, "1234567890"],
    ["12345678901", 10, "123456789…"],
    ["12345678🎉1", 10, "12345678…"],
    ["\u001b[31m", 10, "\ufffd[31m"],
  ])("%j in %d characters is %j", (text, width, line) => {
    expect(oneLine(text, width)).toBe(line);
  });

  test("nothing is wider than it may be, broken, or half a character", () => {
    const holds = fc.property(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 12 }),
      (text, width) => {
        const line = oneLine(text, width);
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/[\n\t]/);
        expect(line.isWellFormed()).toBe(true);
      },
    );
    fc.assert(holds, { seed: 5, numRuns: 500 });
  });
});
