import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { findRepository, readBranch, readHead } from "../../src/git/repository.ts";
import { aRepository, aSpareFolder } from "../support/repository.ts";

describe("the repository is found", () => {
  test("from a subfolder", async () => {
    await using repository = await aRepository({ "skills/deep/a.md": "a\n" });
    const found = findRepository(join(repository.folder, "skills", "deep"));
    expect(found).toEqual({
      worktree: repository.folder,
      gitDir: join(repository.folder, ".git"),
      commonDir: join(repository.folder, ".git"),
      mainWorktree: repository.folder,
    });
  });

  test("from a linked worktree: refs are shared, the index lies in the main one", async () => {
    await using repository = await aRepository();
    await using spare = await aSpareFolder();
    const linked = join(spare.folder, "linked");
    await repository.git("worktree", "add", "--quiet", "-b", "other", linked);
    const found = findRepository(linked);
    expect(found).toMatchObject({ worktree: linked, mainWorktree: await realpath(repository.folder) });
    expect(found.commonDir).toBe(join(await realpath(repository.folder), ".git"));
    await execa("git", ["commit", "--quiet", "--allow-empty", "--message=more"], { cwd: linked });
    expect(readHead(found)).toBe(await repository.git("rev-parse", "other"));
    expect(readHead(found)).not.toBe(readBranch(found, "main"));
  });

  test("from a submodule's checkout: it is a repository of its own", async () => {
    await using inner = await aRepository({ "inner.md": "inner\n" });
    await using outer = await aRepository();
    await outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.folder, "sub");
    const found = findRepository(join(outer.folder, "sub"));
    expect(found.worktree).toBe(join(outer.folder, "sub"));
    expect(readHead(found)).toBe(await inner.git("rev-parse", "main"));
  });
});

describe("a repository that cannot be used is refused with a way out", () => {
  test.each<[string, RegExp, (folder: string) => Promise<unknown>]>([
    ["no repository", /is not in a git repository\. Create one with: git init/, async () => undefined],
    [
      "a bare one",
      /is a bare repository.*git clone/,
      (cwd) => execa("git", ["init", "-q", "--bare"], { cwd }),
    ],
    [
      "one with names in SHA-256",
      /object names in SHA-256.*plain full clone/,
      (cwd) => execa("git", ["init", "-q", "--object-format=sha256"], { cwd }),
    ],
    [
      "one with refs in reftable format",
      /refs in reftable format.*plain full clone/,
      async (cwd) => {
        await execa("git", ["init", "-q"], { cwd });
        await execa("git", ["config", "extensions.refStorage", "reftable"], { cwd });
      },
    ],
  ])("%s", async (_, message, make) => {
    await using spare = await aSpareFolder();
    await make(spare.folder);
    expect(() => findRepository(spare.folder)).toThrow(message);
  });

  test.each([
    ["that borrows objects from another", ["--shared"], "objects borrowed from another repository"],
    ["that is partial", ["--no-local", "--filter=blob:none"], "a partial clone"],
  ])("a clone %s", async (_, flags, message) => {
    await using repository = await aRepository();
    await repository.git("config", "uploadpack.allowFilter", "true");
    await using spare = await aSpareFolder();
    const clone = join(spare.folder, "clone");
    await execa("git", [
      "clone",
      "--quiet",
      ...flags,
      `file://${repository.folder}`.slice(flags[1] ? 0 : 7),
      clone,
    ]);
    expect(() => findRepository(clone)).toThrow(message);
  });
});

describe("a branch is read without starting git", () => {
  test("loose, packed, and moved again after it was packed", async () => {
    await using repository = await aRepository();
    const found = findRepository(repository.folder);
    const first = await repository.git("rev-parse", "main");
    expect(readBranch(found, "main")).toBe(first);
    await repository.git("pack-refs", "--all", "--prune");
    expect(readBranch(found, "main")).toBe(first);
    const second = await repository.commit({ "AGENTS.md": "Be brief.\n" });
    expect(readBranch(found, "main")).toBe(second);
    expect(readHead(found)).toBe(second);
  });

  test("not for another branch whose name ends alike, nor one that is not there", async () => {
    await using repository = await aRepository();
    await repository.git("branch", "their/main");
    await repository.commit({ "AGENTS.md": "Be brief.\n" });
    await repository.git("pack-refs", "--all", "--prune");
    const found = findRepository(repository.folder);
    expect(readBranch(found, "main")).toBe(await repository.git("rev-parse", "main"));
    expect(readBranch(found, "gone")).toBeUndefined();
  });

  test("a detached HEAD is a commit, and one on an unborn branch is none", async () => {
    await using repository = await aRepository();
    const first = await repository.git("rev-parse", "HEAD");
    await repository.git("checkout", "--quiet", "--detach");
    expect(readHead(findRepository(repository.folder))).toBe(first);
    await repository.git("switch", "--quiet", "--orphan", "fresh");
    expect(readHead(findRepository(repository.folder))).toBeUndefined();
  });
});

test("a folder below a folder named .git that is none belongs to the repository around it", async () => {
  await using repository = await aRepository();
  const below = join(repository.folder, "vendor");
  await mkdir(join(below, ".git"), { recursive: true });
  await writeFile(join(below, ".git", "README"), "not a repository");
  expect(findRepository(below).worktree).toBe(repository.folder);
  await rm(below, { recursive: true });
});
