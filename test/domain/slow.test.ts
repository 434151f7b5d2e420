import { describe, expect, test } from "vitest";
import { matchesPattern, slowLimits, slowPatterns } from "../../src/domain/patterns.ts";

describe("slow work", () => {
  const task = { category: "code", task: "build it", notes: null };
  const steady = Array.from({ length: 30 }, (_, at) => ({
    category: "code",
    seconds: 10 + (at % 3),
    count: 1,
  }));

  test.each([
    [
      "five deviations over the median",
      [
        [100, 50],
        [110, 30],
        [120, 30],
        [80, 20],
        [60, 20],
      ],
      300,
    ],
    [
      "a widely spread category",
      [
        [10, 10],
        [60, 10],
        [110, 10],
      ],
      60 + 5 * 1.4826 * 50,
    ],
    ["three medians where nothing varies", [[10, 25]], 30],
    ["three seconds where all is instant", [[0, 25]], 3],
    ["no limit with too few outcomes", [[10, 19]], undefined],
  ])("begins at %s", (_, counts, limit) => {
    const histogram = counts.map(([seconds, count]) => ({
      category: "code",
      seconds: seconds!,
      count: count!,
    }));
    expect(slowLimits(histogram).get("code")).toBe(limit);
  });

  test("makes a pattern of its own, with the limit in its advice", () => {
    const limits = slowLimits(steady);
    const rows = [200, 300, 12, 400, null].map((durationSeconds, id) => ({
      ...task,
      id,
      durationSeconds,
    }));
    const [pattern, ...others] = slowPatterns(rows, limits, new Map([["code", 30]]), 3);
    expect(pattern).toMatchObject({
      id: "slow-code",
      kind: "slow",
      frequency: 3,
      share: 0.1,
      severity: "low",
    });
    expect(pattern!.focusArea).toBe("Look at why 3 code tasks took more than 33 s.");
    expect(pattern!.examples.map(({ id }) => id)).toEqual([0, 1, 3]);
    expect(others).toEqual([]);
  });

  test("that happened too rarely makes none", () => {
    const rows = [{ ...task, id: 1, durationSeconds: 999 }];
    expect(slowPatterns(rows, slowLimits(steady), new Map(), 2)).toEqual([]);
  });

  test("is matched by its category, since only the caller knows durations", () => {
    const slow = { kind: "slow", category: "code", terms: [] } as const;
    expect(matchesPattern(slow, task, [])).toBe(true);
    expect(matchesPattern(slow, { ...task, category: "travel" }, [])).toBe(false);
  });
});
