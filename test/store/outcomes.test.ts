import Sqlite from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EntryOf } from "../../src/domain/entry.ts";
import { results, sources } from "../../src/domain/outcome.ts";
import { openDatabase } from "../../src/store/database.ts";
import { openIndex } from "../../src/store/index.ts";
import type { OutcomeStore } from "../../src/store/outcomes.ts";
import { anOutcome } from "./entries.ts";

const always = ["2000-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z"] as const;

describe.each([
  ["one by one", storeOf],
  ["all at once", storeOfAll],
])("over any period, broken days and all, where outcomes were added %s", (_, store) => {
  /** Moments of four days, many of them on the hour, at midnight or a millisecond before it. */
  const hour = 3_600_000;
  const moment = fc
    .tuple(fc.nat(96), fc.constantFrom(0, 0, 1, 1000, hour - 1))
    .map(([hours, more]) => new Date(Date.UTC(2026, 0, 30) + hours * hour + more).toISOString());
  const outcome = fc.record({
    timestamp: moment,
    category: fc.constantFrom("billing", "code"),
    outcome: fc.constantFrom(...results),
    source: fc.constantFrom(...sources),
    durationSeconds: fc.option(fc.nat(3)),
  });
  const period = fc.tuple(moment, moment);

  test("the counts of real work are those of the outcomes in it", () => {
    const holds = fc.property(fc.array(outcome, { maxLength: 40 }), period, (given, [since, until]) => {
      using filled = store(given);
      const mine = given.filter(
        ({ timestamp, source }) => timestamp >= since && timestamp < until && source !== "merge",
      );
      const expected = Object.entries(Object.groupBy(mine, ({ category }) => category)).map(
        ([category, rows = []]) => {
          const of = (result: string) => rows.filter((row) => row.outcome === result).length;
          return [category, { success: of("success"), failure: of("failure"), partial: of("partial") }];
        },
      );
      expect(Object.fromEntries(filled.outcomes.counts(since, until))).toEqual(Object.fromEntries(expected));
    });
    fc.assert(holds, { seed: 8, numRuns: 120 });
  });

  test("the durations are those of the work in it that did not fail", () => {
    const holds = fc.property(fc.array(outcome, { maxLength: 40 }), period, (given, [since, until]) => {
      using filled = store(given);
      const expected: Record<string, number> = {};
      for (const { timestamp, source, category, outcome: result, durationSeconds } of given)
        if (
          timestamp >= since &&
          timestamp < until &&
          source !== "merge" &&
          result !== "failure" &&
          durationSeconds !== null
        )
          expected[`${category} ${durationSeconds}`] = (expected[`${category} ${durationSeconds}`] ?? 0) + 1;
      const found = [...filled.outcomes.durations(since, until)];
      expect(
        Object.fromEntries(found.map(({ category, seconds, count }) => [`${category} ${seconds}`, count])),
      ).toEqual(expected);
      expect(found).toHaveLength(Object.keys(expected).length);
    });
    fc.assert(holds, { seed: 9, numRuns: 120 });
  });
});

describe("what the agent did", () => {
  test("is counted by day and in all, without our own merges", () => {
    using store = storeOf([
      { timestamp: "2026-01-29T23:59:59.999Z", outcome: "success" },
      { timestamp: "2026-01-30T00:00:00.000Z", outcome: "failure" },
      { timestamp: "2026-01-30T12:00:00.000Z", outcome: "partial", category: "code" },
      { timestamp: "2026-01-30T12:00:00.000Z", outcome: "success", source: "merge" },
    ]);
    expect(store.outcomes.total()).toEqual({ success: 1, failure: 1, partial: 1 });
    expect(store.outcomes.byDay("2026-01-29")).toEqual([
      { day: "2026-01-29", success: 1, failure: 0, partial: 0 },
      { day: "2026-01-30", success: 0, failure: 1, partial: 1 },
    ]);
    expect(store.outcomes.byDay("2026-01-30").map(({ day }) => day)).toEqual(["2026-01-30"]);
  });

  test("counts once, though it is told again", () => {
    using store = storeOf([
      { id: 1 },
      { id: 1 },
      { id: 2, source: "hook", commit: "c" },
      { id: 3, source: "hook", commit: "c" },
    ]);
    expect(store.outcomes.total().failure).toBe(2);
    expect(store.outcomes.nextId()).toBe(4);
  });

  test("is nothing in an empty index", () => {
    using store = storeOf([]);
    expect(store.outcomes.total()).toEqual({ success: 0, failure: 0, partial: 0 });
    expect(store.outcomes.counts(...always).size).toBe(0);
    expect(store.outcomes.nextId()).toBe(1);
    expect(store.outcomes.find(1)).toBeUndefined();
  });

  test("splits into the failures of a category and what they are told from, newest first", () => {
    using store = storeOf([
      { task: "old", timestamp: "2026-01-01T00:00:00.000Z" },
      { task: "a" },
      { task: "b", outcome: "success" },
      { task: "c", category: "code" },
      { task: "d", source: "merge" },
      { task: "e" },
    ]);
    const since = "2026-01-30T00:00:00.000Z";
    const tasks = (rows: Iterable<{ task: string }>) => [...rows].map(({ task }) => task);
    expect(tasks(store.outcomes.failuresOf("billing", since, 10))).toEqual(["e", "a"]);
    expect(tasks(store.outcomes.failuresOf("billing", since, 1))).toEqual(["e"]);
    expect(tasks(store.outcomes.contrast("billing", since, 10))).toEqual(["c", "b"]);
    expect(tasks(store.outcomes.failures(since, always[1]))).toEqual(["a", "c", "e"]);
    expect(tasks(store.outcomes.failures(always[0], since))).toEqual(["old"]);
  });

  test("is slow where it took longer than its category may, and did not fail", () => {
    using store = storeOf([
      { task: "a", outcome: "success", durationSeconds: 11 },
      { task: "b", outcome: "success", durationSeconds: 10 },
      { task: "c", outcome: "failure", durationSeconds: 99 },
      { task: "d", outcome: "partial", durationSeconds: 99, category: "code" },
      { task: "e", outcome: "partial", durationSeconds: 99, category: "travel" },
      { task: "f", outcome: "success", durationSeconds: 12, source: "merge" },
    ]);
    const limits = new Map([
      ["billing", 10],
      ["code", 20.5],
    ]);
    expect([...store.outcomes.slowerThan(limits, ...always)].map(({ task }) => task)).toEqual(["a", "d"]);
  });
});

describe("a commit is counted once", () => {
  const told = { source: "hook", commit: "aaa", task: "fix: say refund" } as const;
  const work = { timestamp: "2026-01-30T09:30:00.000Z", task: "fix: say refund" };

  test("under its hash, and under another after an amend or a rebase", () => {
    using store = storeOf([told]);
    expect(store.outcomes.tells("aaa", { ...work, task: "reworded" })).toBe(true);
    expect(store.outcomes.tells("bbb", work)).toBe(true);
    expect(store.outcomes.tells("bbb", { ...work, task: "fix: another" })).toBe(false);
    expect(store.outcomes.findByCommit("aaa")?.task).toBe("fix: say refund");
  });

  test("but was not counted because an outcome was logged while it was live", () => {
    using store = storeOf([{ ...told, source: "cli" }]);
    expect(store.outcomes.tells("aaa", work)).toBe(false);
    expect(store.outcomes.findByCommit("aaa")).toBeUndefined();
  });
});

type Given = readonly Partial<EntryOf<"outcome">>[];
type Store = Disposable & { readonly outcomes: OutcomeStore };

function storeOf(given: Given): Store {
  const db: Sqlite.Database = openDatabase(":memory:");
  const { outcomes } = openIndex(db, "here");
  for (const [i, outcome] of given.entries()) outcomes.add(anOutcome({ id: i + 1, ...outcome }));
  return { outcomes, [Symbol.dispose]: () => db.close() };
}

/** As an index is made anew. */
function storeOfAll(given: Given): Store {
  const store = storeOf([]);
  store.outcomes.addAll(() => {
    for (const [i, outcome] of given.entries()) store.outcomes.add(anOutcome({ id: i + 1, ...outcome }));
  });
  return store;
}
