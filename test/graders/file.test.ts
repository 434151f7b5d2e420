import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { anArtifact, gradeOf } from "./support.ts";

test.each([
  ["exists", { exists: true }, 1],
  ["exists where it must not", { exists: false }, 0],
  ["holds the expected text", { equals: "Hello, world" }, 1],
  ["holds another text", { equals: "Hello" }, 0],
  ["contains the expected text", { contains: "world" }, 1],
  ["lacks the expected text", { contains: "moon" }, 0],
])("a file that %s is graded so", async (_, asked, score) => {
  await using artifact = await anArtifact("", { "out/hello.txt": "Hello, world\n" });
  expect(await gradeOf(artifact, { type: "file", path: "out/hello.txt", ...asked })).toMatchObject({ score });
});

test("a file that is missing fails, unless it must be missing", async () => {
  await using artifact = await anArtifact();
  const grade = await gradeOf(artifact, { type: "file", path: "a/b.txt", exists: true });
  expect(grade).toEqual({ score: 0, reason: '0 of 1 criteria hold: "a/b.txt" does not exist.' });
  expect(await gradeOf(artifact, { type: "file", path: "a/b.txt", exists: false })).toMatchObject({
    score: 1,
  });
});

test("an agent cannot pass off a file of the host as its work", async () => {
  await using artifact = await anArtifact();
  const outside = join(artifact.directory, "../outside");
  await mkdir(outside);
  await writeFile(join(outside, "answer.txt"), "right");
  await symlink(join(outside, "answer.txt"), join(artifact.directory, "link.txt"));
  await symlink(outside, join(artifact.directory, "folder"));
  for (const path of ["link.txt", "folder/answer.txt"]) {
    const grade = await gradeOf(artifact, { type: "file", path, equals: "right" });
    expect(grade).toMatchObject({ score: 0, reason: expect.stringContaining("symbolic link") });
    expect(await gradeOf(artifact, { type: "file", path, exists: false })).toMatchObject({ score: 0 });
  }
});

test("a pipe, a folder or a giant file is not read", async () => {
  await using artifact = await anArtifact("", { big: "x".repeat(1024 * 1024 + 1), "folder/file": "" });
  await execa("mkfifo", [join(artifact.directory, "pipe")]);
  for (const [path, why] of [
    ["pipe", "regular"],
    ["folder", "regular"],
    ["big", "1 MiB"],
  ] as const) {
    const grade = await gradeOf(artifact, { type: "file", path, contains: "x" });
    expect(grade).toMatchObject({ score: 0, reason: expect.stringContaining(why) });
  }
});
