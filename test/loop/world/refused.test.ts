import { rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { TestRepository } from "../../support/repository.ts";
import { journalOf, refusal } from "../support.ts";
import { aProposal, expectDone, onJudgement, worldOf } from "./support.ts";

const nothing = /^$/;

/** Two branches of the user's that do not fit together; the first is ahead of production by one commit. */
async function atOdds({ git, commit }: TestRepository): Promise<void> {
  await git("switch", "--quiet", "--create", "left", "main");
  await commit({ "notes/mine.md": "left\n" });
  await git("switch", "--quiet", "main");
  await commit({ "notes/mine.md": "right\n" });
}

type Entering = (repository: TestRepository) => Promise<unknown>;

/** What stands in the way, what is said of it, and how the user ends it. */
const obstacles: [what: string, enter: Entering, said: RegExp, leave: Entering][] = [
  [
    "an index.lock that another program has left",
    ({ folder }) => writeFile(join(folder, ".git/index.lock"), ""),
    /^4 Another program is changing the files in .*: it holds .*index\.lock\. Wait for it, or delete that file/,
    ({ folder }) => rm(join(folder, ".git/index.lock")),
  ],
  [
    "a merge that has stopped at a conflict",
    async ({ git }) => {
      await git("merge", "left").catch(() => undefined);
    },
    /^4 A git merge is under way in .*git merge --continue.*git merge --abort/,
    ({ git }) => git("merge", "--abort"),
  ],
  [
    "a merge that is solved and waits for its commit",
    async ({ git, write }) => {
      await git("merge", "left").catch(() => undefined);
      await write({ "notes/mine.md": "both\n" });
      await git("add", "notes/mine.md");
    },
    /^4 A git merge is under way/,
    ({ git }) => git("merge", "--abort"),
  ],
  [
    "a rebase of production that has stopped at a conflict",
    async ({ git }) => {
      await git("rebase", "left").catch(() => undefined);
    },
    /^4 A git rebase is under way.*git rebase --continue/,
    ({ git }) => git("rebase", "--abort"),
  ],
  [
    "a rebase of another branch that will move production, too",
    async ({ git, commit }) => {
      await git("switch", "--quiet", "--create", "above", "main");
      await commit({ "notes/other.md": "above\n" });
      await git("rebase", "--update-refs", "left").catch(() => undefined);
    },
    /^4 A git rebase is under way/,
    async ({ git }) => {
      await git("rebase", "--abort");
      await git("switch", "--quiet", "main");
    },
  ],
  [
    "a cherry-pick that has stopped at a conflict",
    async ({ git }) => {
      await git("cherry-pick", "left").catch(() => undefined);
    },
    /^4 A git cherry-pick is under way/,
    ({ git }) => git("cherry-pick", "--abort"),
  ],
  [
    "a revert that is solved and waits for its commit",
    ({ git }) => git("revert", "--no-commit", "HEAD"),
    /^4 A git revert is under way/,
    ({ git }) => git("revert", "--abort"),
  ],
  [
    "patches from mails, of which one does not fit",
    async ({ git, folder }) => {
      const mail = await git("format-patch", "--stdout", "-1", "left");
      await execa("git", ["am"], { cwd: folder, input: mail, reject: false });
    },
    /^4 A git am is under way/,
    ({ git }) => git("am", "--abort"),
  ],
];

/** The ways in which production moves: prepared, then done. */
const moves: [string, prepare: string[][], args: string[]][] = [
  ["merge", [], onJudgement(3)],
  ["rollback by a reset", [onJudgement(3)], ["archive", "--rollback", "1", "--reset"]],
  ["rollback by a new commit", [onJudgement(3)], ["archive", "--rollback", "1", "--restore"]],
];

describe.each(moves)("a %s waits", (_, prepare, args) => {
  test.each(obstacles)("for %s, of which nothing is changed", async (_, enter, said, leave) => {
    await using repository = await aProposal();
    const { folder, git } = repository;
    await atOdds(repository);
    // A proposal on production as it is now; node 1 is a state that only ours has been built upon.
    await git("switch", "--quiet", "--create", "third");
    await repository.commit({ "skills/third.md": "third\n" });
    await git("switch", "--quiet", "main");
    await expectDone(repository, ["propose", "--from", "third"]);
    if (prepare.length > 0) {
      await git("switch", "--quiet", "--create", "fourth", "third");
      await repository.commit({ "skills/fourth.md": "fourth\n" });
      await git("switch", "--quiet", "main");
      await expectDone(repository, ["propose", "--from", "fourth", "--parent", "proposal:3"]);
      for (const step of prepare) await expectDone(repository, step);
      await expectDone(repository, onJudgement(4));
    }
    await enter(repository);
    const before = await worldOf(repository, folder, nothing);
    const tip = await git("rev-parse", "main");
    expect(await refusal(repository, ...args)).toMatch(said);
    expect(await worldOf(repository, folder, nothing)).toEqual(before);
    expect(await git("rev-parse", "main")).toBe(tip);
    await leave(repository);
    await expectDone(repository, args);
    expect(await git("rev-parse", "main")).not.toBe(tip);
    expect((await journalOf(repository)).match(/"kind":"completion".*"conflict"/g)).toHaveLength(1);
  });
});

describe("a filter of git's beside the configuration", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n";
  const attributes = "*.bin filter=lfs\n*.txt filter=cut\n";
  const aRepositoryWithFilter = () => aProposal({ ".gitattributes": attributes, "a.bin": pointer });

  test("whose program is absent is not asked about files that do not change", async () => {
    await using repository = await aRepositoryWithFilter();
    // Older than the index, so that git itself has no reason to filter it again.
    await utimes(join(repository.folder, "a.bin"), 1, 1);
    await repository.git("status");
    for (const key of ["clean", "smudge"])
      await repository.git("config", `filter.lfs.${key}`, "git-lfs-is-absent");
    await repository.git("config", "filter.lfs.required", "true");
    const before = await worldOf(repository, repository.folder);
    for (const args of [onJudgement(), ["archive", "--rollback", "0"], ["archive", "--rollback", "1"]])
      await expectDone(repository, args);
    expect(await worldOf(repository, repository.folder)).toEqual(before);
  });

  test("a proposal cannot change what is kept in Git LFS: trials would see the pointer only", async () => {
    await using repository = await aRepositoryWithFilter();
    const { git, write } = repository;
    await git("switch", "--quiet", "--create", "big");
    await write({ "skills/big.bin": pointer });
    await git("add", "--all");
    await git("commit", "--quiet", "--message=big");
    await git("switch", "--quiet", "main");
    expect(await refusal(repository, "propose", "--from", "big")).toMatch(
      /^5 .*"skills\/big\.bin" is kept in Git LFS/,
    );
  });

  test("that fails for a file that changes stops the merge before anything is touched", async () => {
    await using repository = await aRepositoryWithFilter();
    const { git, folder, commit } = repository;
    await git("switch", "--quiet", "--create", "text");
    await commit({ "skills/a.md": "a\n", "skills/b.txt": "b\n", "skills/c.md": "c\n" });
    await git("switch", "--quiet", "main");
    await expectDone(repository, ["propose", "--from", "text"]);
    await git("config", "filter.cut.smudge", "exit 3");
    await git("config", "filter.cut.required", "true");
    const before = await worldOf(repository, folder, nothing);
    expect(await refusal(repository, ...onJudgement(3))).toMatch(
      /^7 The filter cut of skills\/b\.txt fails: /,
    );
    expect(await worldOf(repository, folder, nothing)).toEqual(before);
    await git("config", "filter.cut.smudge", "tr a-z A-Z");
    await expectDone(repository, onJudgement(3));
    expect((await execa("cat", ["skills/b.txt"], { cwd: folder })).stdout).toBe("B");
  });
});
