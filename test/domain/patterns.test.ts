import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pattern } from "../../src/domain/analysis.ts";
import { type Failure, findPatterns, matchesPattern } from "../../src/domain/patterns.ts";

const billing = [
  "card was charged twice",
  "charged my card again",
  "why is the card charged",
  "card got charged",
];
const addresses = [
  "wrong address on the invoice",
  "invoice went to an old address",
  "the invoice has no address",
];
const elsewhere = [
  "train is late",
  "missed the train",
  "train cancelled",
  "a seat on the train",
  "train to Bern",
];
const spread = [
  "carpet smells",
  "window sticks",
  "kettle gone",
  "lamp flickers",
  "drawer jams",
  "gate squeaks",
];

describe("failure patterns", () => {
  test("tell apart what fails within one category by what the failures say", () => {
    const patterns = find({ billing: [...billing, ...addresses], travel: elsewhere, facilities: spread });
    expect(
      patterns.filter(({ category }) => category === "billing").map(({ id, frequency }) => [id, frequency]),
    ).toEqual([
      ["billing-card-charged", 4],
      ["billing-address-invoice", 3],
    ]);
  });

  test("read the notes as well as the task", () => {
    const failures = [1, 2, 3, 4].map((n) =>
      aFailure("code", `job ${"abcd"[n]}`, "connection timeout after deploy"),
    );
    const others = list({ facilities: spread, travel: elsewhere });
    const period = { failures: [...failures, ...others], previous: [], totals: new Map(), minFailures: 4 };
    const code = findPatterns(period).find(({ category }) => category === "code");
    expect(code).toMatchObject({ frequency: 4, terms: expect.arrayContaining(["timeout", "deploy"]) });
  });

  test("are not named by words that every failure carries, nor by the category itself", () => {
    const note = (category: string) => `answered research; right: ${category}`;
    const failures = list({ billing, travel: elsewhere, facilities: spread }, note);
    const words = findPatterns({ failures, previous: [], totals: new Map(), minFailures: 3 }).flatMap(
      ({ terms }) => terms,
    );
    expect(words).toContain("card");
    expect(words).toContain("train");
    for (const word of ["answered", "right", "research", "billing", "travel"])
      expect(words).not.toContain(word);
  });

  test("divide the only category there is, too", () => {
    const patterns = find({ billing: [...billing, ...addresses] }, 3);
    expect(patterns.map(({ terms: [lead] }) => lead)).toEqual(["card", "address"]);
  });

  test("name a whole category by the word that all of it says, if nothing divides it", () => {
    const [only, ...others] = find({ code: ["timeout one", "timeout b", "timeout c"] });
    expect(only).toMatchObject({ id: "code-timeout", frequency: 3 });
    expect(others).toEqual([]);
  });

  test("keep together, without terms, what is left of a category", () => {
    const patterns = find({ facilities: spread, travel: elsewhere });
    expect(patterns.find(({ category }) => category === "facilities")).toMatchObject({
      id: "facilities",
      terms: [],
      frequency: 6,
    });
  });

  test("need the fewest failures that were asked for", () => {
    expect(find({ billing }, 4)).not.toEqual([]);
    expect(find({ billing }, 5)).toEqual([]);
    expect(find({})).toEqual([]);
  });

  test("put a rising failure before a steady one", () => {
    const failures = list({ billing, travel: elsewhere.slice(0, 4) });
    const before = list({ billing: billing.slice(0, 1), travel: elsewhere.slice(0, 4) });
    const totals = new Map([
      ["billing", 40],
      ["travel", 40],
    ]);
    const patterns = findPatterns({ failures, previous: before, totals, minFailures: 3 });
    expect(
      patterns.map(({ category, frequency, previousFrequency }) => [category, frequency, previousFrequency]),
    ).toEqual([
      ["billing", 4, 1],
      ["travel", 4, 4],
    ]);
    expect(patterns[0]!.focusArea).toBe(
      'Look at the 4 billing failures that say "card", often with "charged" (1 in the period before).',
    );
  });

  test("put a failure that hits much of its category before one that hits little", () => {
    const totals = new Map([
      ["billing", 400],
      ["travel", 5],
    ]);
    const patterns = find({ billing, travel: elsewhere.slice(0, 4) }, 3, totals);
    expect(patterns.map(({ category, share }) => [category, share])).toEqual([
      ["travel", 0.8],
      ["billing", 0.01],
    ]);
    expect(patterns.map(({ severity }) => severity)).toEqual(["high", "low"]);
  });

  test("are the same in whatever order the failures come", () => {
    const failures = list({ billing: [...billing, ...addresses], travel: elsewhere, facilities: spread });
    const facts = (patterns: Pattern[]) => patterns.map(({ examples: _, ...rest }) => rest);
    const period = { previous: [], totals: new Map(), minFailures: 3 };
    const forward = facts(findPatterns({ ...period, failures }));
    expect(facts(findPatterns({ ...period, failures: failures.toReversed() }))).toEqual(forward);
  });

  test("show three different examples at most, short and safe to print", () => {
    const tasks = [
      "same card",
      "same card",
      `card ${"x".repeat(300)}`,
      "card \u001b[31mred\nline",
      "card four",
    ];
    const failures = tasks.map((task) => aFailure("billing", task, "n".repeat(50_000)));
    const [{ examples } = { examples: [] }] = findPatterns({
      failures,
      previous: [],
      totals: new Map(),
      minFailures: 3,
    });
    expect(examples.map(({ task }) => task)).toEqual([
      "same card",
      expect.stringMatching(/^card x+…$/),
      "card \ufffd[31mred line",
    ]);
    for (const { task, notes } of examples)
      expect(Math.max(task.length, notes!.length)).toBeLessThanOrEqual(200);
  });

  test("find the same failures again later, one by one", () => {
    const words = [
      "card",
      "charged",
      "train",
      "late",
      "invoice",
      "address",
      "lamp",
      "page",
      "deploy",
      "error",
    ];
    const failure = fc.record({
      category: fc.constantFrom("billing", "travel", "code"),
      task: fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((some) => some.join(" ")),
      notes: fc.option(fc.constantFrom(...words)),
      id: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.array(failure, { maxLength: 80 }),
        fc.array(failure, { maxLength: 30 }),
        (failures, previous) => {
          const patterns = findPatterns({
            failures: failures.values(),
            previous: previous.values(),
            totals: new Map(),
            minFailures: 3,
          });
          const found = (among: Failure[], pattern: Pattern) =>
            among.filter((one) => matchesPattern(pattern, one, patterns)).length;
          for (const pattern of patterns) {
            expect(found(failures, pattern)).toBe(pattern.frequency);
            expect(found(previous, pattern)).toBe(pattern.previousFrequency);
          }
          expect(new Set(patterns.map(({ id }) => id)).size).toBe(patterns.length);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

let lastId = 0;
function aFailure(category: string, task: string, notes: string | null = null): Failure {
  return { id: (lastId += 1), category, task, notes };
}

function list(tasks: Record<string, readonly string[]>, note?: (category: string) => string): Failure[] {
  return Object.entries(tasks).flatMap(([category, texts]) =>
    texts.map((text) => aFailure(category, text, note?.(category))),
  );
}

function find(
  tasks: Record<string, readonly string[]>,
  minFailures = 3,
  totals = new Map<string, number>(),
): Pattern[] {
  return findPatterns({ failures: list(tasks).values(), previous: [], totals, minFailures });
}
