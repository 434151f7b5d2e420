import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kiraJson } from "../support/kira.ts";
import { anAgent, anAgentRepository, aRepository, type TestRepository } from "../support/repository.ts";
import { configWith, idea, journalOf } from "./support.ts";

const byClaude = (subject: string) => `${subject}\n\nCo-Authored-By: Claude <noreply@anthropic.com>`;

interface Told {
  readonly task: string;
  readonly outcome: string;
  readonly category: string;
  readonly durationSeconds: number | null;
  readonly notes: string | null;
  readonly commit: string;
}

/** The outcomes that a command which reads has found in commits. */
async function found(repository: TestRepository): Promise<Told[]> {
  await kiraJson({ folder: repository.folder }, "archive", "--list");
  return (await journalOf(repository))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter(({ kind, source }) => kind === "outcome" && source === "hook");
}
const briefly = (told: readonly Told[]) => told.map(({ outcome, task }) => `${outcome} ${task}`);

async function commit(repository: TestRepository, message: string, ...more: string[]): Promise<void> {
  await repository.git("commit", "--quiet", "--allow-empty", `--message=${message}`, ...more);
}

/** Reverts at another time: two pieces of work of one second and one name would be taken for one. */
async function revert({ git }: TestRepository, commit: string): Promise<void> {
  await git("revert", "--no-commit", commit);
  await git("commit", "--quiet", "--no-edit", "--date=2030-01-01T12:00:00Z");
}

test("an agent's commit is a success once; a person's is no outcome", async () => {
  await using repository = await anAgentRepository();
  await commit(repository, byClaude("feat(billing): answer refunds"));
  await commit(repository, "chore: mine");
  await commit(repository, "feat: by its own name", "--author=Codex <codex@example.invalid>");
  const told = await found(repository);
  expect(told.map(({ outcome, task, category }) => [outcome, task, category])).toEqual([
    ["success", "feat(billing): answer refunds", "billing"],
    ["success", "feat: by its own name", "feat"],
  ]);
  expect(await found(repository)).toEqual(told);
});

test("trailers say exactly what the outcome was, whoever wrote them", async () => {
  await using repository = await anAgentRepository();
  const trailers = [
    "Kira-Task: Answer a refund",
    "Kira-Outcome: partial",
    "Kira-Category: billing",
    "Kira-Duration: 12",
    "Kira-Notes: too slow",
  ];
  await commit(repository, `wip\n\n${trailers.join("\n")}`);
  await commit(repository, "wip\n\nKira-Outcome: splendid");
  expect(await found(repository)).toMatchObject([
    {
      task: "Answer a refund",
      outcome: "partial",
      category: "billing",
      durationSeconds: 12,
      notes: "too slow",
    },
  ]);
});

test("a revert is a failure of what was reverted", async () => {
  await using repository = await anAgentRepository();
  await repository.commit({ "AGENTS.md": "Be rude.\n" }, byClaude("feat(tone): be rude"));
  await repository.commit({ "notes.txt": "mine\n" }, "mine");
  await revert(repository, "HEAD~1");
  await revert(repository, "HEAD~1");
  expect((await found(repository)).map(({ outcome, task, category }) => [outcome, task, category])).toEqual([
    ["success", "feat(tone): be rude", "tone"],
    ["failure", "feat(tone): be rude", "tone"],
  ]);
});

describe("one piece of work is counted once", () => {
  test.each<[string, string]>([
    ["an agent's commit", byClaude("feat: one")],
    ["a commit with trailers", "wip\n\nKira-Task: one\nKira-Outcome: failure"],
  ])("%s that is amended, then rebased", async (_, message) => {
    await using repository = await anAgentRepository();
    const base = await repository.git("rev-parse", "HEAD");
    await commit(repository, message);
    expect(await found(repository)).toHaveLength(1);
    await repository.write({ "AGENTS.md": "Be brief.\n" });
    await repository.git("commit", "--quiet", "--all", "--amend", "--no-edit");
    expect(await found(repository)).toHaveLength(1);
    await repository.git("switch", "--quiet", "--create", "onto", base);
    await commit(repository, "mine");
    await repository.git("switch", "--quiet", "main");
    await repository.git("rebase", "--quiet", "onto");
    expect(await found(repository)).toHaveLength(1);
  });

  test("a commit that was taken over to another branch before anyone looked", async () => {
    await using repository = await anAgentRepository();
    await repository.git("switch", "--quiet", "--create", "work");
    await repository.commit({ "AGENTS.md": "Be brief.\n" }, byClaude("feat: one"));
    await repository.git("switch", "--quiet", "main");
    await commit(repository, "mine");
    await repository.git("cherry-pick", "work");
    expect(briefly(await found(repository))).toEqual(["success feat: one"]);
  });

  test("a revert that is amended", async () => {
    await using repository = await anAgentRepository();
    await repository.commit({ "AGENTS.md": "Be rude.\n" }, byClaude("feat: be rude"));
    await revert(repository, "HEAD");
    expect(await found(repository)).toHaveLength(2);
    await repository.git("commit", "--quiet", "--amend", "--no-edit");
    expect(await found(repository)).toHaveLength(2);
  });
});

test("merge commits, proposals and restores are not the agent's work", async () => {
  await using repository = await anAgentRepository();
  await repository.git("config", "user.name", "Claude");
  await idea(repository, { "skills/a.md": "a\n" }, "first");
  await kiraJson(
    { folder: repository.folder },
    "merge",
    "--proposal-id",
    "1",
    "--on-judgement",
    "--reason",
    "x",
  );
  await kiraJson({ folder: repository.folder }, "archive", "--rollback", "0", "--restore");
  const before = (await found(repository)).length;
  await repository.git("switch", "--quiet", "--create", "side", "main~");
  await commit(repository, "feat: on the side");
  await repository.git("switch", "--quiet", "main");
  await repository.git("merge", "--quiet", "--no-ff", "--no-edit", "side");
  expect(briefly((await found(repository)).slice(before))).toEqual(["success feat: on the side"]);
});

test("work on other branches is found when the hook has hinted at it", async () => {
  await using repository = await anAgentRepository();
  await repository.git("switch", "--quiet", "--create", "work");
  await commit(repository, byClaude("feat: elsewhere"));
  await repository.git("switch", "--quiet", "main");
  const spool = join(repository.folder, ".git/kira/spool");
  expect(existsSync(spool)).toBe(true);
  expect(briefly(await found(repository))).toEqual(["success feat: elsewhere"]);
  expect(existsSync(spool)).toBe(false);
});

test("what was on other branches before the tool came is not counted", async () => {
  await using repository = await aRepository(anAgent());
  await repository.git("switch", "--quiet", "--create", "old");
  await commit(repository, byClaude("feat: long ago"));
  await repository.git("switch", "--quiet", "main");
  await kiraJson({ folder: repository.folder }, "init");
  await commit(repository, byClaude("feat: today"));
  expect(briefly(await found(repository))).toEqual(["success feat: today"]);
});

test("commits that the hook has missed are found all the same", async () => {
  await using repository = await anAgentRepository();
  await repository.git(
    "-c",
    "core.hooksPath=/dev/null",
    "commit",
    "--quiet",
    "--allow-empty",
    `--message=${byClaude("feat: one")}`,
  );
  expect(briefly(await found(repository))).toEqual(["success feat: one"]);
});

test.each([
  ["all", ["success chore: mine", "success feat: theirs"]],
  ["none", []],
])("the configuration decides which plain commits count: %s", async (plainCommits, expected) => {
  await using repository = await anAgentRepository(configWith({ hook: { plainCommits } }));
  await commit(repository, "chore: mine");
  await commit(repository, byClaude("feat: theirs"));
  expect(briefly(await found(repository))).toEqual(expected);
});

test("history that was rewritten away does not stop the search", async () => {
  await using repository = await anAgentRepository();
  await commit(repository, byClaude("feat: gone"));
  await found(repository);
  await repository.git("reset", "--quiet", "--hard", "HEAD~");
  await repository.git("reflog", "expire", "--expire=now", "--all");
  await repository.git("gc", "--quiet", "--prune=now");
  await commit(repository, byClaude("feat: new"));
  await found(repository);
  await commit(repository, byClaude("feat: newer"));
  expect(briefly(await found(repository)).at(-1)).toBe("success feat: newer");
});

test("the hook says nothing and never fails a commit, not even without our folder", async () => {
  await using repository = await anAgentRepository();
  await execa("rm", ["-rf", join(repository.folder, ".git/kira")]);
  const args = ["commit", "--quiet", "--allow-empty", "--message=one"];
  const { stdout, stderr, exitCode } = await execa("git", args, { cwd: repository.folder });
  expect([stdout, stderr, exitCode]).toEqual(["", "", 0]);
});
