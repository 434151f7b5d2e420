import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { Objects } from "../../src/git/objects.ts";
import { aRepository } from "../support/repository.ts";

const objectsOf = async (folder: string) =>
  (await readdir(join(folder, ".git/objects"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => `${parentPath.slice(-2)}${name}`)
    .sort();

test("the same content gets the id that git itself gives it, as blob, tree and commit", async () => {
  await using repository = await aRepository({ "AGENTS.md": "Be kind.\n", "skills/a.md": "a\n" });
  const objects = new Objects(join(repository.folder, ".git"));
  const base = await repository.git("rev-parse", "HEAD^{tree}");
  const oid = await objects.writeBlob("grüße\n");
  const tree = await objects.writeTree(base, new Map([["skills/new/b c.md", { mode: "100644", oid }]]));
  const person = { name: "Zoë", email: "z@example.invalid" };
  const parent = await repository.git("rev-parse", "HEAD");
  const at = new Date("2026-01-31T09:30:00Z");
  const commit = await objects.writeCommit({
    tree: tree!,
    parents: [parent],
    message: "one\n\ntwo\n",
    author: person,
    committer: person,
    at,
  });

  await repository.write({ "skills/new/b c.md": "grüße\n" });
  await repository.git("add", "--all");
  expect(await repository.git("write-tree")).toBe(tree);
  const stamp = {
    GIT_AUTHOR_DATE: `${at.getTime() / 1000} +0000`,
    GIT_COMMITTER_DATE: `${at.getTime() / 1000} +0000`,
  };
  const who = ["-c", `user.name=${person.name}`, "-c", `user.email=${person.email}`];
  const args = [...who, "commit-tree", tree!, "-p", parent, "-F", "-"];
  const { stdout } = await execa("git", args, { cwd: repository.folder, env: stamp, input: "one\n\ntwo\n" });
  expect(stdout).toBe(commit);
  await repository.git("fsck", "--strict");
});

test("changing one file writes only the folders on the way to it", async () => {
  await using repository = await aRepository({ "a/b/c.md": "1\n", "a/d/e.md": "2\n", "f/g.md": "3\n" });
  const objects = new Objects(join(repository.folder, ".git"));
  const base = await repository.git("rev-parse", "HEAD^{tree}");
  const oid = await objects.writeBlob("new\n");
  const before = new Set(await objectsOf(repository.folder));
  const tree = await objects.writeTree(base, new Map([["a/b/c.md", { mode: "100644", oid }]]));
  const written = (await objectsOf(repository.folder)).filter((object) => !before.has(object));
  expect(written).toHaveLength(3); // the root, a and a/b
  expect(await repository.git("diff", "--name-only", base, tree!)).toBe("a/b/c.md");
});

test("a folder that loses its last file goes, and a file may take a folder's place", async () => {
  await using repository = await aRepository({ "a/b/c.md": "1\n", "f.md": "3\n", "g/h.md": "4\n" });
  const objects = new Objects(join(repository.folder, ".git"));
  const base = await repository.git("rev-parse", "HEAD^{tree}");
  const oid = await objects.writeBlob("file\n");
  const changes = new Map([
    ["a/b/c.md", undefined],
    ["g/h.md", undefined],
    ["g", { mode: "100644", oid }],
  ]);
  const tree = await objects.writeTree(base, changes);
  expect(await repository.git("ls-tree", "-r", "--name-only", tree!)).toBe("f.md\ng");
  expect(await objects.find(tree!, "g")).toEqual({ mode: "100644", oid });
  expect(await objects.find(tree!, "a/b/c.md")).toBeUndefined();
  expect(
    await objects.writeTree(base, new Map(["a/b/c.md", "f.md", "g/h.md"].map((path) => [path, undefined]))),
  ).toBeUndefined();
});

test("an object whose writing is cut short is never there under its name, and git stays content", async () => {
  await using repository = await aRepository();
  const source = new URL("../../src/git/objects.ts", import.meta.url).href;
  const script = `import { Objects } from ${JSON.stringify(source)};
    import { randomBytes } from "node:crypto";
    await new Objects(".git").writeBlob(randomBytes(4_000_000));`;
  const before = await objectsOf(repository.folder);
  const node = [process.execPath, "--input-type=module", "--eval", script];
  // 1,000 blocks of 512 bytes: the disk is "full" in the middle of the object.
  const limited = ["-c", 'ulimit -f 1000; exec "$@"', "sh", ...node];
  const { exitCode } = await execa("sh", limited, { cwd: repository.folder, reject: false });
  expect(exitCode).not.toBe(0);
  expect(await objectsOf(repository.folder)).toEqual(before);
  const { stdout, stderr } = await execa("git", ["fsck", "--strict"], { cwd: repository.folder });
  expect(stdout + stderr).toBe("");
});

test("what a writer leaves that is killed before the end is rubbish that git itself clears away", async () => {
  await using repository = await aRepository();
  const before = await objectsOf(repository.folder);
  const source = new URL("../../src/git/objects.ts", import.meta.url).href;
  const script = `import fs from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    fs.rename = () => process.kill(process.pid, "SIGKILL");
    syncBuiltinESMExports();
    const { Objects } = await import(${JSON.stringify(source)});
    await new Objects(".git").writeBlob("half");`;
  const args = ["--input-type=module", "--eval", script];
  const killed = await execa(process.execPath, args, { cwd: repository.folder, reject: false });
  expect(killed.signal).toBe("SIGKILL");
  expect(await objectsOf(repository.folder)).toHaveLength(before.length + 1);
  const { stdout, stderr } = await execa("git", ["fsck", "--strict"], { cwd: repository.folder });
  expect(stdout + stderr).toBe("");
  await repository.git("prune", "--expire=now");
  expect(await objectsOf(repository.folder)).toEqual(before);
});

test("objects of the user's are read wherever git keeps them", async () => {
  await using repository = await aRepository({ "AGENTS.md": "Be kind.\n" });
  const oid = await repository.git("rev-parse", "HEAD:AGENTS.md");
  await repository.git("gc", "--quiet");
  expect(existsSync(join(repository.folder, ".git/objects", oid.slice(0, 2), oid.slice(2)))).toBe(false);
  const objects = new Objects(join(repository.folder, ".git"));
  expect((await objects.readBlob(oid)).toString()).toBe("Be kind.\n");
  expect(await objects.has(oid)).toBe(true);
  expect(await objects.has("1".repeat(40))).toBe(false);
});
