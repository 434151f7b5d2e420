import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { proposalBranch, slugOf, type StatusFacts, statusOf } from "../../src/domain/proposal.ts";

const fresh: StatusFacts = {
  merged: false,
  rejected: false,
  tried: false,
  verdict: undefined,
  current: false,
};

describe("a proposal is", () => {
  test.each<[status: string, when: string, facts: Partial<StatusFacts>]>([
    ["draft", "before any trial", {}],
    ["testing", "when trials were made and nothing is decided", { tried: true }],
    [
      "testing",
      "while the evidence does not decide",
      { tried: true, verdict: "inconclusive", current: true },
    ],
    ["validated", "when it beat today's production", { tried: true, verdict: "improved", current: true }],
    [
      "testing",
      "again, when production has moved since it won",
      { tried: true, verdict: "improved", current: false },
    ],
    ["rejected", "after a no", { tried: true, verdict: "not-improved", current: true }],
    [
      "rejected",
      "after a no, though production has moved",
      { tried: true, verdict: "not-improved", current: false },
    ],
    ["rejected", "after a loss", { tried: true, verdict: "regression", current: true }],
    ["rejected", "when a person said no, untried", { rejected: true }],
    [
      "rejected",
      "when a person said no, although it won",
      { rejected: true, verdict: "improved", current: true },
    ],
    [
      "merged",
      "once production contains it",
      { merged: true, tried: true, verdict: "improved", current: false },
    ],
    [
      "merged",
      "once production contains it, whatever was said before",
      { merged: true, rejected: true, verdict: "regression" },
    ],
  ])("%s %s", (status, _, facts) => {
    expect(statusOf({ ...fresh, ...facts })).toBe(status);
  });
});

describe("the branch of a proposal", () => {
  test.each([
    ['Say "refund" & cancel', "say-refund-cancel"],
    ["Überweisung im Café", "uberweisung-im-cafe"],
    ["  ---  ", "change"],
    ["退款", "change"],
    ["x".repeat(60), "x".repeat(40)],
    [`${"x".repeat(39)} y`, "x".repeat(39)],
    ["../../main.lock", "main-lock"],
  ])("for %j ends with %s", (hypothesis, slug) => {
    expect(slugOf(hypothesis)).toBe(slug);
  });

  test("is a name that git accepts", async () => {
    for (const hypothesis of ["a..b", "@{x}", "~^:?*[", "-", "a.lock", "\u0000", "a\\b"]) {
      const branch = proposalBranch(12, slugOf(hypothesis));
      const { stdout } = await execa("git", ["check-ref-format", "--branch", branch]);
      expect(stdout).toBe(branch);
    }
  });
});
