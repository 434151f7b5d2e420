import { describe, expect, test } from "vitest";
import type { Pattern } from "../../src/domain/analysis.ts";
import { patternId, severityOf, weightOf, worstFirst } from "../../src/domain/ranking.ts";

const extent = { frequency: 3, previousFrequency: 3, share: 0.01 };

describe("the weight of a pattern", () => {
  test.each([
    ["frequency", { frequency: 4, previousFrequency: 4 }],
    ["share of its category", { share: 0.5 }],
    ["rise", { previousFrequency: 1 }],
  ])("grows with its %s", (_, change) => {
    expect(weightOf({ ...extent, ...change })).toBeGreaterThan(weightOf(extent));
  });

  test("does not shrink below a steady one when it falls", () => {
    expect(weightOf({ ...extent, previousFrequency: 9 })).toBe(weightOf(extent));
  });
});

describe("the severity of a pattern", () => {
  test.each([
    ["low", "a few steady failures", {}],
    ["low", "a few in a small category", { share: 0.2 }],
    ["medium", "a third of a category", { share: 0.34 }],
    ["medium", "new failures in a small category", { previousFrequency: 0, share: 0.2 }],
    ["high", "many new failures", { frequency: 30, previousFrequency: 0 }],
    ["high", "most of a category at once", { previousFrequency: 0, share: 0.9 }],
  ])("is %s for %s", (severity, _, change) => {
    expect(severityOf({ ...extent, ...change }, 3)).toBe(severity);
  });
});

test("a pattern is named in plain letters", () => {
  expect(patternId("Büro & Haus", "Überweisung", "café")).toBe("buro-haus-uberweisung-cafe");
});

describe("worst first", () => {
  test("lists the heaviest fifty", () => {
    const patterns = Array.from({ length: 60 }, (_, weight) => aPattern({ id: `p-${weight}`, weight }));
    const listed = worstFirst(patterns);
    expect(listed).toHaveLength(50);
    expect(listed.map(({ weight }) => weight)).toEqual(Array.from({ length: 50 }, (_, at) => 59 - at));
  });

  test("gives patterns whose names read alike a name each, the same every time", () => {
    const alike = [
      aPattern({ category: "Billing" }),
      aPattern({ category: "billing" }),
      aPattern({ kind: "slow" }),
    ];
    const ids = worstFirst(alike).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(worstFirst(alike.toReversed()).map(({ id }) => id)).toEqual(ids);
  });
});

function aPattern(changes: Partial<Pattern>): Pattern {
  const numbers = { frequency: 3, previousFrequency: 0, share: 0.1, weight: 3 };
  const words = { category: "billing", terms: [], focusArea: "", examples: [] };
  return { id: "billing", kind: "failures", severity: "low", ...numbers, ...words, ...changes };
}
