import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, aSpareFolder } from "../support/repository.ts";

// A file system of its own has to be mounted for this, which only root may, and not everywhere.
const mayMount = (await execa("unshare", ["--mount", "true"], { reject: false })).exitCode === 0;
const mounting = process.getuid?.() === 0 && mayMount ? test : test.skip;

mounting("a disk that is full under the trials is said, leaves nothing, and costs no verdict", async () => {
  await using repository = await anAgentRepository({
    "AGENTS.md": "You know apple, bread and cheese.\n".repeat(4000),
  });
  await aGoodIdea(repository);
  const { folder } = repository;
  await kira({ folder }, "propose", "--from", "good-idea");
  await using spare = await aSpareFolder();
  const small = join(spare.folder, "small");
  await mkdir(small);
  await execa("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = small;
  try {
    const said = await kira({ folder }, "evaluate", "--proposal-id", "1", "--allow-unsandboxed");
    expect(said).toMatchObject({
      status: 7,
      stdout: "",
      stderr: expect.stringContaining("The disk is full"),
    });
    expect(await readdir(small)).toEqual([]);
    expect((await repository.git("worktree", "list")).split("\n")).toHaveLength(1);
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    await execa("umount", [small]);
  }
  expect((await kira({ folder }, "evaluate", "--proposal-id", "1", "--allow-unsandboxed")).stdout).toContain(
    "IMPROVED",
  );
});
