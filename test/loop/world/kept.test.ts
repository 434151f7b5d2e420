import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { kiraJson } from "../../support/kira.ts";
import { anAgent, aRepository, type TestRepository } from "../../support/repository.ts";
import { aProposal, expectDone, onJudgement, worldOf } from "./support.ts";

const all = ["pre-commit", "commit-msg", "prepare-commit-msg", "post-checkout", "post-merge"];
const hooks = [...all, "pre-merge-commit", "post-rewrite", "pre-push", "reference-transaction", "pre-rebase"];

/** What a user may be in the middle of, none of it in the way of a step. */
const worlds: Record<string, (repository: TestRepository) => Promise<unknown>> = {
  "files changed, staged, deleted, untracked, ignored and put on the stash": async ({
    git,
    write,
    folder,
  }) => {
    await write({ "notes/mine.md": "stashed\n" });
    await git("stash");
    await write({ "notes/mine.md": "staged\n", ".git/info/exclude": "/data/self-improve.db*\n*.tmp\n" });
    await git("add", "notes/mine.md");
    await write({ "notes/mine.md": "and changed\n", "AGENTS.md": "changed\n", "a.tmp": "ignored\n" });
    await write({ "draft.md": "untracked\n", "planned.md": "planned\n", "skills/draft.txt": "mine\n" });
    await git("add", "--intent-to-add", "planned.md");
    await execa("rm", ["notes/other.md"], { cwd: folder });
  },
  "a detached HEAD": ({ git }) => git("switch", "--quiet", "--detach", "idea"),
  "a bisection that began on production": async ({ git, commit }) => {
    await git("switch", "--quiet", "--create", "long", "main");
    for (const text of ["1", "2", "3", "4"]) await commit({ "notes/mine.md": text });
    await git("switch", "--quiet", "main");
    await git("bisect", "start", "long", "main");
    expect(await git("rev-parse", "--abbrev-ref", "HEAD")).toBe("HEAD");
  },
  "a merge of another branch that has stopped at a conflict": async ({ git, commit }) => {
    await git("switch", "--quiet", "--create", "left", "main");
    await commit({ "notes/mine.md": "left\n" });
    await git("switch", "--quiet", "--create", "right", "main");
    await commit({ "notes/mine.md": "right\n" });
    await git("merge", "left").catch(() => undefined);
  },
  "a rebase of another branch that has stopped at a conflict": async ({ git, commit }) => {
    await git("switch", "--quiet", "--create", "left", "main");
    await commit({ "notes/mine.md": "left\n" });
    await git("switch", "--quiet", "--create", "right", "main");
    await commit({ "notes/mine.md": "right\n" });
    await git("rebase", "left").catch(() => undefined);
  },
  "files that are marked as unchanged and are not": async ({ git, write }) => {
    await git("update-index", "--skip-worktree", "settings.json");
    await git("update-index", "--assume-unchanged", "notes/mine.md");
    await write({ "settings.json": "mine\n", "notes/mine.md": "mine, changed\n" });
  },
  "hooks of every kind, all of which print and fail": async ({ write }) => {
    const hook = "#!/bin/sh\necho no; echo no >&2; exit 1\n";
    await write(Object.fromEntries(hooks.map((name) => [`.git/hooks/${name}`, hook])));
  },
  "line endings as on Windows": async ({ git, folder }) => {
    await git("config", "core.autocrlf", "true");
    await execa("sh", ["-c", "rm -r notes AGENTS.md settings.json && git checkout -q ."], { cwd: folder });
  },
  "names that differ in case alone, on a file system that is said to fold them": ({ git }) =>
    git("config", "core.ignoreCase", "true"),
  "a branch of a proposal that is checked out": async ({ git }) => {
    const branch = await git("for-each-ref", "--format=%(refname:short)", "refs/heads/kira/proposal/2-*");
    await git("switch", "--quiet", branch);
  },
  "an index that git is told to split": async ({ git }) => {
    await git("config", "core.splitIndex", "true");
    await git("update-index", "--split-index");
  },
  "git set to merge, pull, sign off and look in its own ways": async ({ git }) => {
    for (const [key, value] of Object.entries({
      "merge.ff": "false",
      "merge.autoStash": "true",
      "rebase.autoStash": "true",
      "pull.rebase": "true",
      "branch.autoSetupMerge": "always",
      "core.abbrev": "4",
      "color.ui": "always",
      "log.showSignature": "true",
      "core.quotePath": "false",
      "diff.noprefix": "true",
      "diff.external": "false",
      "notes.rewriteMode": "overwrite",
      "core.logAllRefUpdates": "always",
      "core.commentChar": "K",
      "tag.sort": "-version:refname",
      "status.short": "true",
      "fetch.prune": "true",
    }))
      await git("config", key, value);
  },
};

test.each(Object.entries(worlds))(
  "%s: every step does its work, and nothing of it is changed",
  async (_, enter) => {
    await using repository = await aProposal();
    const { folder } = repository;
    await enter(repository);
    const before = await worldOf(repository, folder);
    const steps: [string[], number?][] = [
      [["init"]],
      [["log", "--task", "t", "--outcome", "failure", "--category", "c"]],
      [["propose", "--from", "idea^{tree}"], 3],
      [["propose", "--from", "second", "--parent", "proposal:1"]],
      [["evaluate", "--proposal-id", "1", "--allow-unsandboxed", "--max-trials", "1"], 6],
      [["reject", "--proposal-id", "2", "--reason", "no"]],
      [onJudgement()],
      [["archive", "--rollback", "0"]],
      [["archive", "--rollback", "1"]],
      [["archive", "--rollback", "0", "--restore"]],
      [["status"]],
      [["reindex"]],
    ];
    for (const [args, status] of steps) {
      await expectDone(repository, args, status);
      expect(await worldOf(repository, folder), args.join(" ")).toEqual(before);
    }
    type Archive = { archive: { id: number; restores: number | null }[]; current: number };
    const { archive, current } = await kiraJson<Archive>({ folder }, "archive", "--list");
    expect(archive.map(({ restores }) => restores)).toEqual([null, null, 0]);
    expect(current).toBe(2);
    expect(await repository.git("diff", "--name-only", "kira/archive/0000", "main")).toBe("");
  },
);

test("a sparse checkout: what it leaves out is merged, and not laid out", async () => {
  await using repository = await aProposal();
  const { folder, git } = repository;
  await git("sparse-checkout", "set", "notes", "data");
  const before = await worldOf(repository, folder);
  for (const args of [onJudgement(), ["archive", "--rollback", "0"], ["archive", "--rollback", "1"]]) {
    await expectDone(repository, args);
    expect(await worldOf(repository, folder)).toEqual(before);
    expect(await execa("ls", { cwd: folder }).then(({ stdout }) => stdout)).not.toContain("skills");
  }
  expect(await git("show", "main:skills/new.md")).toBe("new");
  expect(await git("status", "--porcelain")).toBe("");
});

test("a shallow clone: the whole loop works in it", async () => {
  await using origin = await aRepository(anAgent());
  await using place = await aRepository();
  const folder = join(place.folder, "clone");
  await execa("git", ["clone", "--quiet", "--depth=1", `file://${origin.folder}`, folder]);
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
  for (const [key, value] of Object.entries({ "user.name": "C", "user.email": "c@example.invalid" }))
    await git("config", key, value);
  await git("switch", "--quiet", "--create", "thought");
  await writeFile(join(folder, "AGENTS.md"), "You know figs.\n");
  await git("commit", "--quiet", "--all", "--message=thought");
  await git("switch", "--quiet", "main");
  await expectDone({ folder }, ["init"]);
  const before = await worldOf({ git }, folder);
  await expectDone({ folder }, ["propose", "--from", "thought"]);
  await expectDone(
    { folder },
    ["evaluate", "--proposal-id", "1", "--allow-unsandboxed", "--max-trials", "1"],
    6,
  );
  expect(await worldOf({ git }, folder)).toEqual(before);
  await expectDone({ folder }, onJudgement());
  await expectDone({ folder }, ["archive", "--rollback", "0"]);
  expect(await git("rev-parse", "--is-shallow-repository")).toBe("true");
});
