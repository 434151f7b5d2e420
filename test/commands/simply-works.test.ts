import { readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import {
  agentConfig,
  aGoodIdea,
  anAgent,
  anAgentRepository,
  aRepository,
  type TestRepository,
} from "../support/repository.ts";
import { expectRound, goRound } from "../support/round.ts";

describe("the whole loop simply works", () => {
  test("with sections of the configuration empty, null or left out", async () => {
    const { agent, allow } = agentConfig;
    const config = { allow, agent, evaluate: {}, analyze: null, hook: {}, run: null };
    await using repository = await anAgentRepository({ ".kira-improve.json": JSON.stringify(config) });
    await aGoodIdea(repository);
    await goRound(repository);
    await expectRound(repository);
  });

  test("with hooks of the repository's own, which still run for the user and never for us", async () => {
    await using repository = await aRepository(anAgent());
    const hook = (name: string, line: string) =>
      repository.write({ [`.git/hooks/${name}`]: `#!/bin/sh\n${line}\n` });
    await hook("post-commit", "echo mine >> .git/ran");
    await repository.git("config", "kira.acceptUnsandboxed", "true");
    expect((await kira(repository, "init")).stdout).toContain("the one you had is called by it");
    await aGoodIdea(repository);
    expect(await readFile(join(repository.folder, ".git/ran"), "utf8")).toBe("mine\n");
    for (const name of [
      "pre-commit",
      "commit-msg",
      "post-checkout",
      "post-merge",
      "pre-merge-commit",
      "post-rewrite",
    ])
      await hook(name, "echo no >&2; exit 1");
    await goRound(repository);
    await expectRound(repository);
    expect(await readFile(join(repository.folder, ".git/ran"), "utf8")).toBe("mine\n");
  });

  test("with hooks that belong to another tool, of which not a byte is changed", async () => {
    await using repository = await aRepository({ ...anAgent(), ".husky/post-commit": "#!/bin/sh\n:\n" });
    await repository.git("config", "core.hooksPath", ".husky");
    await repository.git("config", "kira.acceptUnsandboxed", "true");
    const { stdout } = await kira(repository, "init");
    expect(stdout).toContain('sh "$(git rev-parse --git-common-dir)/kira/post-commit"');
    await aGoodIdea(repository);
    await goRound(repository);
    await expectRound(repository);
    expect(await repository.git("status", "--porcelain")).toBe("");
    expect(await repository.git("config", "core.hooksPath")).toBe(".husky");
  });

  test("with submodules, which stay where they are", async () => {
    await using library = await aRepository({ "lib.txt": "one\n" });
    await using repository = await anAgentRepository();
    await repository.git(
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      library.folder,
      "vendor/lib",
    );
    await repository.git("commit", "--quiet", "--message=add a library");
    await aGoodIdea(repository);
    const before = await repository.git("submodule", "status");
    await goRound(repository);
    await expectRound(repository);
    expect(await repository.git("submodule", "status")).toBe(before);
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  test("inside a submodule, which is a repository like any other", async () => {
    await using outer = await aRepository();
    await using library = await aRepository(anAgent());
    await outer.git(
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      library.folder,
      "agent",
    );
    const folder = join(outer.folder, "agent");
    const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
    for (const [key, value] of [
      ["user.name", "T"],
      ["user.email", "t@example.invalid"],
      ["kira.acceptUnsandboxed", "true"],
    ] as const)
      await git("config", key, value);
    const inner: TestRepository = {
      ...outer,
      folder,
      git,
      commit: async (files) => {
        for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
        await git("commit", "--quiet", "--all", "--message=idea");
        return git("rev-parse", "HEAD");
      },
    };
    expect((await kira({ folder }, "init")).status).toBe(0);
    await aGoodIdea(inner);
    await goRound({ folder });
    await expectRound(inner);
    expect(await outer.git("tag")).toBe("");
  });

  test("with symlinks such as CLAUDE.md -> AGENTS.md, which the agent can follow", async () => {
    const agent = {
      "agent.sh":
        'cat >word; grep -qw "$(sed "s/.* //" word)" CLAUDE.md skills/lessons.md && echo yes || echo no\n',
    };
    await using repository = await anAgentRepository(agent);
    await symlink("AGENTS.md", join(repository.folder, "CLAUDE.md"));
    await symlink("/etc/hostname", join(repository.folder, "outside"));
    await symlink("skills", join(repository.folder, "know-how"));
    await repository.git("add", ".");
    await repository.git("commit", "--quiet", "--message=links");
    await aGoodIdea(repository);
    const said = await goRound(repository);
    expect(said[3]!.stdout).toContain("0.300 → 1.000");
    await expectRound(repository);
    expect(await readlink(join(repository.folder, "CLAUDE.md"))).toBe("AGENTS.md");
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  test("with files in Git LFS, small in history and big on the disk", async () => {
    await using repository = await anAgentRepository();
    await repository.git("config", "filter.lfs.clean", "printf pointer");
    await repository.git("config", "filter.lfs.smudge", "printf big");
    await repository.git("config", "filter.lfs.required", "true");
    await repository.commit({ ".gitattributes": "*.bin filter=lfs\n", "model.bin": "big" });
    await aGoodIdea(repository);
    await goRound(repository);
    await expectRound(repository);
    expect(await repository.git("show", "main:model.bin")).toBe("pointer");
    expect(await readFile(join(repository.folder, "model.bin"), "utf8")).toBe("big");
    expect(await repository.git("status", "--porcelain")).toBe("");
  });
});
