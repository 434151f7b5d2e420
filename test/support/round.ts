import { expect } from "vitest";
import { kira, type Said } from "./kira.ts";
import type { TestRepository } from "./repository.ts";

/** The whole loop, once, as a user in that folder would go through it. */
export async function goRound({ folder }: { folder: string }, from = "good-idea"): Promise<Said[]> {
  const steps = [
    ["log", "--task", "find figs", "--outcome", "failure", "--category", "food"],
    ["analyze", "--min-failures", "1"],
    ["propose", "--from", from],
    ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"],
    ["merge", "--proposal-id", "1"],
    ["status"],
    ["archive"],
    ["archive", "--rollback", "0"],
    ["reindex"],
  ];
  const said: Said[] = [];
  for (const step of steps) {
    const answer = await kira({ folder }, ...step);
    expect(answer.status, `${step.join(" ")}: ${answer.stderr}`).toBe(0);
    said.push(answer);
  }
  return said;
}

/** Merged, and rolled back: the whole loop has really happened. */
export async function expectRound(repository: TestRepository): Promise<void> {
  expect(await repository.git("show", "kira/archive/0001:skills/lessons.md")).toContain("figs");
  expect(await repository.git("show", "main:skills/lessons.md")).not.toContain("figs");
}
