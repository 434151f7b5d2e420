import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import {
  anAgent,
  anAgentRepository,
  aRepository,
  aSpareFolder,
  type TestRepository,
} from "../support/repository.ts";
import { adopted, everythingSettledIn, idea, refusal, shown } from "./support.ts";

/** Two proposals merged one after the other: nodes 1 and 2. */
async function twice(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  for (const [i, name] of ["first", "second"].entries()) {
    await idea(repository, { [`skills/${name}.md`]: `${name}\n` }, name);
    const args = ["--proposal-id", String(i + 1), "--on-judgement", "--reason", "a test"];
    await kiraJson({ folder: repository.folder }, "merge", ...args);
  }
  return repository;
}

const back = ({ folder }: TestRepository, node: number, ...more: string[]) =>
  kiraJson<{ rollback: { way: string; reason: string; from: string; made: { id: number } | null } }>(
    { folder },
    ...["archive", "--rollback", String(node), ...more],
  );

describe("an earlier state comes back", () => {
  test("by moving production there, when all since is ours and nowhere else; the old tip is kept", async () => {
    await using repository = await twice();
    const { rollback } = await back(repository, 1);
    expect(rollback).toMatchObject({ way: "reset", made: null });
    expect(await repository.git("rev-parse", "main")).toBe(
      await repository.git("rev-parse", "kira/archive/0001^{}"),
    );
    expect(await repository.git("symbolic-ref", "HEAD")).toBe("refs/heads/main");
    expect(await repository.git("status", "--porcelain")).toBe("");
    expect(await repository.git("for-each-ref", "--format=%(objectname)", "refs/kira/undo")).toBe(
      rollback.from,
    );
    expect(await shown(repository, 2)).toMatchObject({ status: "draft" });
  });

  test("by a new commit once anything since was pushed", async () => {
    await using repository = await twice();
    await using spare = await aSpareFolder();
    await execa("git", ["init", "--quiet", "--bare", "origin"], { cwd: spare.folder });
    await repository.git("remote", "add", "origin", join(spare.folder, "origin"));
    await repository.git("push", "--quiet", "--set-upstream", "origin", "main");
    const { rollback } = await back(repository, 0);
    expect(rollback).toMatchObject({
      way: "restore",
      reason: expect.stringContaining("origin/main"),
      made: { id: 3 },
    });
    expect(await repository.git("diff", "--name-only", "kira/archive/0000", "main")).toBe("");
    expect(await repository.git("describe", "--match", "kira/archive/*", "main")).toBe("kira/archive/0003");
    expect(await repository.git("tag", "--list", "--format=%(contents)", "kira/archive/0003")).toContain(
      "Kira-Restores: 0",
    );
    await repository.git("push", "--quiet"); // a fast-forward
  });

  test("by a new commit above the user's own, whose other files stay", async () => {
    await using repository = await twice();
    await repository.commit(
      { "notes.txt": "mine\n", "skills/second.md": "second, corrected by me\n" },
      "mine",
    );
    await repository.write({ "settings.json": "dirty" });
    const { rollback } = await back(repository, 1);
    expect(rollback).toMatchObject({
      way: "restore",
      reason: "1 of the 2 commits since are not kira-improve's",
    });
    expect(await repository.git("diff", "--name-only", "kira/archive/0001", "main")).toBe("notes.txt");
    expect(await readFile(join(repository.folder, "settings.json"), "utf8")).toBe("dirty");
    expect(await repository.git("log", "-1", "--format=%s", "main")).toBe(
      "revert: restore kira/archive/0001",
    );
  });

  test("and forward again", async () => {
    await using repository = await twice();
    await back(repository, 0);
    const { rollback } = await back(repository, 2);
    expect(rollback).toMatchObject({ way: "forward", made: null });
    expect(await repository.git("rev-parse", "main^{tree}")).toBe(
      await repository.git("rev-parse", "kira/archive/0002^{tree}"),
    );
  });

  test("and later proposals grow from there: the archive is a tree", async () => {
    await using repository = await twice();
    await back(repository, 1);
    await idea(repository, { "skills/third.md": "third\n" }, "third");
    const args = ["--proposal-id", "3", "--on-judgement", "--reason", "a test"];
    await kiraJson({ folder: repository.folder }, "merge", ...args);
    type Archive = { archive: { id: number; parentId: number | null }[]; current: number };
    const { archive, current } = await kiraJson<Archive>({ folder: repository.folder }, "archive", "--list");
    expect(archive.map(({ id, parentId }) => [id, parentId])).toEqual([
      [0, null],
      [1, 0],
      [2, 1],
      [3, 1],
    ]);
    expect(current).toBe(3);
    const { stdout } = await kira({ folder: repository.folder }, "archive", "show", "3");
    expect(stdout).toContain("+third");
    expect(stdout).not.toContain("second");
  });

  test("with production not checked out: other branches, and a detached HEAD, stay where they are", async () => {
    await using repository = await twice();
    await repository.git("checkout", "--quiet", "--detach");
    const head = await repository.git("rev-parse", "HEAD");
    await back(repository, 1);
    await back(repository, 0, "--restore");
    expect(await repository.git("rev-parse", "HEAD")).toBe(head);
    expect(await repository.git("rev-parse", "main^{tree}")).toBe(
      await repository.git("rev-parse", "kira/archive/0000^{tree}"),
    );
  });
});

describe("the way can be forced", () => {
  test("to a new commit where a reset were possible", async () => {
    await using repository = await twice();
    const tip = await repository.git("rev-parse", "main");
    expect((await back(repository, 1, "--restore")).rollback).toMatchObject({ way: "restore" });
    expect(await repository.git("rev-parse", "main~")).toBe(tip);
  });

  test("but not to a reset that would lose the user's commit", async () => {
    await using repository = await twice();
    await repository.commit({ "notes.txt": "mine\n" }, "mine");
    const before = await everythingSettledIn(repository);
    expect(await refusal(repository, "archive", "--rollback", "1", "--reset")).toMatch(
      /^5 Production cannot be moved back.*not kira-improve's\. Restore it .*--restore/,
    );
    expect(await refusal(repository, "archive", "--rollback", "1", "--reset", "--restore")).toMatch(/^2 /);
    expect(await everythingSettledIn(repository)).toEqual(before);
  });
});

test.each([
  ["reset", []],
  ["restore", ["--restore"]],
])("the user's own work in the way of a %s is a conflict, and nothing moves", async (_, more) => {
  await using repository = await twice();
  await repository.write({ "skills/second.md": "mine\n" });
  const tip = await repository.git("rev-parse", "main");
  expect(await refusal(repository, "archive", "--rollback", "1", ...more)).toMatch(
    /^4 .*Commit or stash them/,
  );
  expect(await repository.git("rev-parse", "main")).toBe(tip);
  expect(await readFile(join(repository.folder, "skills/second.md"), "utf8")).toBe("mine\n");
  expect(await repository.git("tag", "--list", "kira/archive/0003")).toBe("");
});

test("an ignored file of the user's in the way of a rollback is theirs all the same", async () => {
  await using repository = await aRepository(anAgent());
  await repository.write({ ".gitignore": "notes.md\n", "skills/notes.md": "tracked\n" });
  await repository.git("add", "--force", "--all");
  await repository.git("commit", "--quiet", "--message=notes");
  await kiraJson({ folder: repository.folder }, "init");
  await repository.git("switch", "--quiet", "--create", "idea");
  await repository.git("rm", "--quiet", "skills/notes.md");
  await repository.git("commit", "--quiet", "--message=fewer");
  await repository.git("switch", "--quiet", "main");
  await adopted(repository, "idea");
  const args = ["--proposal-id", "1", "--on-judgement", "--reason", "a test"];
  await kiraJson({ folder: repository.folder }, "merge", ...args);
  await repository.write({ "skills/notes.md": "mine\n" });
  expect(await refusal(repository, "archive", "--rollback", "0")).toMatch(
    /^4 .*skills\/notes\.md are in the way/,
  );
  expect(await readFile(join(repository.folder, "skills/notes.md"), "utf8")).toBe("mine\n");
});

test.each([
  ["the node that production stands on", "2", /^4 Production stands on kira\/archive\/0002 already/],
  ["a node that is not there", "9", /^3 There is no archive node 9/],
])("there is no way back to %s", async (_, node, said) => {
  await using repository = await twice();
  const before = await everythingSettledIn(repository);
  expect(await refusal(repository, "archive", "--rollback", node)).toMatch(said);
  expect(await everythingSettledIn(repository)).toEqual(before);
});

test("nothing to restore is said, and makes no empty commit", async () => {
  await using repository = await twice();
  await repository.commit({ "notes.txt": "mine\n" }, "mine");
  expect(await refusal(repository, "archive", "--rollback", "2")).toMatch(
    /^4 The managed files already equal those of/,
  );
});

test("what a rollback took back can be merged again", async () => {
  await using repository = await twice();
  await back(repository, 1);
  const args = ["--proposal-id", "2", "--on-judgement", "--reason", "after all"];
  await kiraJson({ folder: repository.folder }, "merge", ...args);
  expect(await repository.git("rev-parse", "main")).toBe(
    await repository.git("rev-parse", "refs/kira/ids/2"),
  );
  expect(await shown(repository, 2)).toMatchObject({ status: "merged" });
});
