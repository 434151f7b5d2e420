import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { Objects } from "../../src/git/objects.ts";
import { renderPatch } from "../../src/git/patch.ts";
import { findRepository } from "../../src/git/repository.ts";
import { changesBetween, listTree } from "../../src/git/tree.ts";
import { aRepository, type Files } from "../support/repository.ts";

/** The patch between the baseline and some edits, in a repository that stands on the baseline again. */
async function patchOf(before: Files, after: Files, gone: string[] = []) {
  const repository = await aRepository(before);
  await repository.write(after);
  if (gone.length > 0) await repository.git("rm", "--quiet", "--", ...gone);
  await repository.git("add", "--all");
  await repository.git("commit", "--quiet", "--message=after");
  const git = new Git(findRepository(repository.folder));
  const changes = await changesBetween(git, "HEAD~", "HEAD");
  const patch = await renderPatch(new Objects(join(repository.folder, ".git")), changes);
  const tree = await repository.git("rev-parse", "HEAD^{tree}");
  await repository.git("reset", "--quiet", "--hard", "HEAD~");
  return { repository, git, changes, patch, tree };
}

test.each<[string, Files, Files, string[]?]>([
  ["a changed line", { a: "1\n2\n3\n" }, { a: "1\ntwo\n3\n" }],
  ["a new file in a new folder", { a: "1\n" }, { "skills/new/b.md": "x\ny\n" }],
  ["a file that goes", { a: "1\n", b: "2\n" }, {}, ["b"]],
  ["no newline at the end, before or after", { a: "1\n2", b: "1\n" }, { a: "1\n3", b: "1" }],
  [
    "a name with spaces and accents",
    { "my notes é.md": "1\n" },
    { "my notes é.md": "2\n", "ein weiß.md": "3\n" },
  ],
  ["lines with a carriage return", { a: "1\r\n2\r\n" }, { a: "1\r\nzwei\r\n" }],
  ["an empty file", { a: "1\n" }, { b: "" }],
  ["a file that becomes empty", { a: "1\n", b: "2\n" }, { b: "" }],
  ["a program whose text changes", { "run.sh": "#!/bin/sh\n" }, { "run.sh": "#!/bin/sh\nexit 0\n" }],
])("a patch of %s goes back in with git apply", async (_, before, after, gone) => {
  const { repository, patch, tree } = await patchOf(before, after, gone);
  await using _repository = repository;
  await execa("git", ["apply", "--index", "-"], {
    cwd: repository.folder,
    input: patch,
    stripFinalNewline: false,
  });
  expect(await repository.git("write-tree"), patch).toBe(tree);
});

test("contents that are not text are named, not shown", async () => {
  const { repository, patch } = await patchOf({ a: "1\n" }, { "logo.bin": "\0\u0001" });
  await using _repository = repository;
  expect(patch).toBe("Binary file logo.bin differs\n");
});

test("a change is told with both sides and its size; a rename is a file that goes and one that comes", async () => {
  const { repository, changes, git } = await patchOf({ "a b.md": "same\n" }, { "ü.md": "same\n" }, [
    "a b.md",
  ]);
  await using _repository = repository;
  expect(changes.map(({ path, before, after, bytes }) => [path, !!before, !!after, bytes])).toEqual([
    ["a b.md", true, false, 0],
    ["ü.md", false, true, 5],
  ]);
  expect([...(await listTree(git, "HEAD")).keys()]).toEqual(["a b.md"]);
});

test("a program, a link and a submodule are told by their modes", async () => {
  await using repository = await aRepository({ a: "1\n", "run.sh": "echo\n" });
  await chmod(join(repository.folder, "run.sh"), 0o755);
  const head = await repository.git("rev-parse", "HEAD");
  await repository.git("update-index", "--add", "--cacheinfo", `160000,${head},sub`);
  await repository.git(
    "update-index",
    "--add",
    "--cacheinfo",
    `120000,${await repository.git("rev-parse", "HEAD:a")},link`,
  );
  await repository.git("commit", "--quiet", "--message=kinds");
  await repository.git("commit", "--quiet", "--message=mode", "run.sh");
  const changes = await changesBetween(new Git(findRepository(repository.folder)), head, "HEAD");
  expect(
    Object.fromEntries(changes.map(({ path, before, after }) => [path, `${before?.mode} ${after?.mode}`])),
  ).toEqual({
    link: "undefined 120000",
    "run.sh": "100644 100755",
    sub: "undefined 160000",
  });
});
