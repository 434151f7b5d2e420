import { describe, expect, test } from "vitest";
import {
  isAgents,
  type LoggedCommit,
  outcomeOf,
  parseLog,
  type Reading,
  revertedBy,
} from "../../src/domain/commits.ts";

const agents = ["claude", "codex", "copilot"];
const byHand: Reading = { plain: "agents", byAgent: false, reverted: undefined };

describe("the outcome that a commit tells of", () => {
  test("is exactly what its trailers say", () => {
    const message =
      "wip\n\nWhy.\n\nKira-Task: Refund for March\nKira-Outcome: partial\nKira-Category: billing\nKira-Duration: 90\nKira-Notes: half of it\n";
    expect(outcomeOf(aCommit({ message }), byHand)).toEqual({
      timestamp: "2026-01-31T08:30:00.000Z",
      task: "Refund for March",
      outcome: "partial",
      category: "billing",
      durationSeconds: 90,
      notes: "half of it",
    });
  });

  test("is filled in from the subject where trailers are silent", () => {
    const message = "fix(billing): say refund\n\nKira-Outcome: failure\n";
    expect(outcomeOf(aCommit({ message }), byHand)).toMatchObject({
      task: "fix(billing): say refund",
      category: "billing",
      outcome: "failure",
      durationSeconds: null,
      notes: null,
    });
  });

  test.each([
    ["an outcome that is none of three", "Kira-Outcome: great"],
    ["two outcomes", "Kira-Outcome: success\nKira-Outcome: failure"],
    ["a negative duration", "Kira-Outcome: success\nKira-Duration: -1"],
    ["a duration that is no number", "Kira-Outcome: success\nKira-Duration: long"],
    ["a category but no outcome", "Kira-Category: billing"],
  ])("is none for trailers with %s", (_, trailers) => {
    expect(outcomeOf(aCommit({ message: `fix: it\n\n${trailers}\n` }), byHand)).toBeUndefined();
  });

  test("is the failure of the task that a revert takes back", () => {
    const message = `Revert "say refund"\n\nThis reverts commit ${"a".repeat(40)}.\n`;
    const commit = aCommit({ message });
    expect(revertedBy(commit)).toBe("a".repeat(40));
    const reverted = { task: "say refund", category: "billing" };
    expect(outcomeOf(commit, { plain: "agents", byAgent: false, reverted })).toEqual({
      timestamp: "2026-01-31T08:30:00.000Z",
      ...reverted,
      outcome: "failure",
      durationSeconds: null,
      notes: `Revert "say refund"`,
    });
  });

  test.each<[plain: Reading["plain"], who: string, byAgent: boolean, outcome: string | undefined]>([
    ["agents", "an agent", true, "success"],
    ["agents", "a person", false, undefined],
    ["all", "an agent", true, "success"],
    ["all", "a person", false, "success"],
    ["none", "an agent", true, undefined],
    ["none", "a person", false, undefined],
  ])("with plainCommits %j, of a plain commit by %s", (plain, _, byAgent, outcome) => {
    expect(outcomeOf(aCommit({}), { plain, byAgent, reverted: undefined })?.outcome).toBe(outcome);
  });

  test.each([
    ["a merge", { parents: ["a", "b"] }],
    ["a commit with no message", { message: "" }],
  ])("is none for %s", (_, change) => {
    expect(outcomeOf(aCommit(change), { plain: "all", byAgent: true, reverted: undefined })).toBeUndefined();
  });

  test.each([
    ["fix(billing): say refund", "billing"],
    ["feat!: drop it", "feat"],
    ["chore(deps)!: newer", "deps"],
    ["Update the readme", "general"],
    ["https://example.invalid", "https"],
  ])("%j is of the category %s", (message, category) => {
    expect(
      outcomeOf(aCommit({ message }), { plain: "all", byAgent: false, reverted: undefined })?.category,
    ).toBe(category);
  });
});

describe("a commit is an agent's", () => {
  test.each([
    ["as author", "Claude <noreply@anthropic.com>", "fix: it"],
    ["by its address", "bot <198982749+Copilot@users.noreply.github.com>", "fix: it"],
    [
      "as co-author",
      "Ada <ada@example.invalid>",
      "fix: it\n\nCo-Authored-By: Claude Opus <noreply@anthropic.com>",
    ],
    [
      "as co-author in another case",
      "Ada <a@b.c>",
      "fix: it\n\nco-authored-by: copilot-swe-agent[bot] <x@y.z>",
    ],
  ])("%s", (_, author, message) => {
    expect(isAgents(aCommit({ author, message }), agents)).toBe(true);
  });

  test.each([
    ["named in its text", "Ada <ada@example.invalid>", "docs: how we use Claude and codex"],
    ["part of another word", "Ada <ada@macodex.invalid>", "fix: it"],
    ["somebody who reviewed it", "Ada <ada@b.c>", "fix: it\n\nReviewed-by: Claude <noreply@anthropic.com>"],
  ])("but not where one is only %s", (_, author, message) => {
    expect(isAgents(aCommit({ author, message }), agents)).toBe(false);
  });

  test("and the configured name is no pattern", () => {
    expect(isAgents(aCommit({ author: "abc <x@y.z>" }), ["a.c"])).toBe(false);
    expect(isAgents(aCommit({ author: "a.c (bot) <x@y.z>" }), ["a.c (bot)"])).toBe(true);
  });
});

test("what git log printed is read commit by commit, with any line in a message", () => {
  const fields = [
    ["a".repeat(40), "", "Ada <a@b.c>", "2026-01-31T09:30:00+01:00", "one\n\nbody\n"],
    [`\n${"b".repeat(40)}`, `${"a".repeat(40)} ${"c".repeat(40)}`, "Bo <b@b.c>", "2026-02-01T09:30:00Z", ""],
  ];
  const [first, second, ...more] = parseLog(`${fields.flat().join("\0")}\0\n`);
  expect(first).toMatchObject({ hash: "a".repeat(40), parents: [], message: "one\n\nbody\n" });
  expect(second).toMatchObject({
    hash: "b".repeat(40),
    parents: ["a".repeat(40), "c".repeat(40)],
    message: "",
  });
  expect(more).toEqual([]);
});

function aCommit(changes: Partial<LoggedCommit>): LoggedCommit {
  const commit = { hash: "f".repeat(40), parents: ["e".repeat(40)], message: "fix: it" };
  return {
    ...commit,
    author: "Ada <ada@example.invalid>",
    authoredAt: "2026-01-31T09:30:00+01:00",
    ...changes,
  };
}
