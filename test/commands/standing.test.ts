import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import { aGoodIdea, anAgent, anAgentRepository, aRepository } from "../support/repository.ts";
import { expectRound, goRound } from "../support/round.ts";

describe("the whole loop simply works", () => {
  test("in a dirty tree, of which nothing is touched", async () => {
    await using repository = await anAgentRepository({ "notes.md": "one\n", "drafts/a.md": "a\n" });
    await aGoodIdea(repository);
    await repository.write({
      "notes.md": "two\n",
      "AGENTS.md": "being edited\n",
      "scratch.txt": "untracked\n",
    });
    await repository.git("add", "notes.md");
    await repository.git("rm", "--quiet", "--cached", "drafts/a.md");
    const dirt = () => repository.git("status", "--porcelain");
    const before = await dirt();
    await goRound(repository);
    await expectRound(repository);
    expect(await dirt()).toBe(before);
    expect(await readFile(join(repository.folder, "AGENTS.md"), "utf8")).toBe("being edited\n");
  });

  test("from a subfolder", async () => {
    await using repository = await anAgentRepository();
    await aGoodIdea(repository);
    const folder = join(repository.folder, "deep/down");
    await mkdir(folder, { recursive: true });
    await goRound({ folder });
    await expectRound(repository);
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  test("from a linked working tree on another branch, while production is checked out elsewhere", async () => {
    await using repository = await anAgentRepository();
    await aGoodIdea(repository);
    const linked = `${repository.folder} linked`;
    await repository.git("worktree", "add", "--quiet", "-b", "elsewhere", linked);
    await goRound({ folder: linked });
    await expectRound(repository);
    expect(await repository.git("status", "--porcelain")).toBe("");
    expect((await execa("git", ["status", "--porcelain", "--branch"], { cwd: linked })).stdout).toBe(
      "## elsewhere",
    );
    await repository.git("worktree", "remove", linked);
  });

  test("from a branch that lacks the configuration", async () => {
    await using repository = await anAgentRepository();
    await aGoodIdea(repository);
    await repository.git("switch", "--quiet", "--orphan", "empty");
    await goRound(repository);
    await expectRound(repository);
    expect(await repository.git("symbolic-ref", "--short", "HEAD")).toBe("empty");
  });

  test("on a detached HEAD, once it is set up", async () => {
    await using repository = await anAgentRepository();
    await aGoodIdea(repository);
    await repository.git("switch", "--quiet", "--detach");
    await goRound(repository);
    await expectRound(repository);
  });

  test("in paths with spaces and Unicode, and with such files to change", async () => {
    const odd = "skills/größe 漢字 'n more.md";
    await using repository = await aRepository({ ...anAgent(), [odd]: "old\n" }, "kira 測試 ünï ");
    const here = { folder: repository.folder };
    await repository.git("config", "kira.acceptUnsandboxed", "true");
    expect((await kira(here, "init")).status).toBe(0);
    await aGoodIdea(repository, "gute-idee/ü");
    await repository.git("switch", "--quiet", "gute-idee/ü");
    await repository.commit({ [odd]: "new\n" });
    await repository.git("switch", "--quiet", "main");
    const said = await goRound(here, "gute-idee/ü");
    await expectRound(repository);
    expect(said[2]!.stdout).toContain(`diff --git a/${odd} b/${odd}`);
    expect(await repository.git("show", `kira/archive/0001:${odd}`)).toBe("new");
  });
});

test("in a clone that was never set up, status works and leaves no file of ours in git's", async () => {
  await using origin = await anAgentRepository();
  await using parent = await aRepository();
  const folder = join(parent.folder, "clone");
  await execa("git", ["clone", "--quiet", origin.folder, folder]);
  expect((await kira({ folder }, "status")).status).toBe(0);
  expect((await execa("git", ["status", "--porcelain"], { cwd: folder })).stdout).toBe("");
});
