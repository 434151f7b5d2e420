import { existsSync } from "node:fs";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import {
  anAgent,
  aRepository,
  aSpareFolder,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { everythingIn, refusal } from "./support.ts";

interface Initialised {
  readonly preset: string | null;
  readonly configWritten: boolean;
  readonly configCommitted: boolean;
  readonly node: { readonly id: number; readonly tag: string };
  readonly hook: { readonly kind: string; readonly chained?: boolean; readonly line?: string };
}

const init = async ({ folder }: TestRepository, ...args: string[]) =>
  (await kiraJson<{ init: Initialised }>({ folder }, "init", ...args)).init;

test("everything is set up at once, and nothing of the user's is touched", async () => {
  await using repository = await aRepository({ "AGENTS.md": "Be kind.\n", ".gitignore": "node_modules\n" });
  const done = await init(repository);
  expect(done).toMatchObject({
    preset: "generic",
    configWritten: true,
    configCommitted: false,
    node: { id: 0 },
  });
  expect(await repository.git("rev-parse", "kira/archive/0000^{commit}")).toBe(
    await repository.git("rev-parse", "main"),
  );
  expect(await repository.git("status", "--porcelain")).toBe("?? .kira-improve.json");
  expect(await readFile(join(repository.folder, ".gitignore"), "utf8")).toBe("node_modules\n");
  expect(existsSync(join(repository.folder, "data/self-improve.db"))).toBe(true);
  const schema = JSON.parse(await readFile(join(repository.folder, ".git/kira/config.schema.json"), "utf8"));
  expect(schema.properties).toHaveProperty("evaluate");
});

test("run again it changes nothing and says so", async () => {
  await using repository = await aRepository(anAgent());
  const first = await init(repository);
  const before = await everythingIn(repository);
  const config = await readFile(join(repository.folder, ".git/config"), "utf8");
  const again = await init(repository);
  expect(again).toMatchObject({
    configWritten: false,
    configCommitted: true,
    node: first.node,
    hook: { kind: "present" },
  });
  expect(await everythingIn(repository)).toEqual(before);
  expect(await readFile(join(repository.folder, ".git/config"), "utf8")).toBe(config);
  const excluded = (await readFile(join(repository.folder, ".git/info/exclude"), "utf8")).split("\n");
  expect(excluded.filter((line) => line.includes("self-improve.db"))).toHaveLength(1);
});

test.each<[string, Files]>([
  ["claude-code", { "CLAUDE.md": "x\n" }],
  ["claude-code", { ".claude/skills/a/SKILL.md": "x\n" }],
  ["codex", { ".codex/config.toml": "x\n", "AGENTS.md": "x\n" }],
  ["openclaw", { "SOUL.md": "x\n", "AGENTS.md": "x\n" }],
  ["generic", { "AGENTS.md": "x\n" }],
])("the layout of %s is found", async (preset, files) => {
  await using repository = await aRepository(files);
  expect(await init(repository)).toMatchObject({ preset });
  const config = JSON.parse(await readFile(join(repository.folder, ".kira-improve.json"), "utf8"));
  expect(config).toMatchObject({ preset, production: "main" });
});

test("a layout can be named, and an unknown one is refused with the known ones", async () => {
  await using repository = await aRepository({ "CLAUDE.md": "x\n" });
  expect(await refusal(repository, "init", "--preset", "emacs")).toMatch(
    /^2 .*claude-code, codex, openclaw, generic/,
  );
  expect(existsSync(join(repository.folder, ".kira-improve.json"))).toBe(false);
  expect(await init(repository, "--preset", "codex")).toMatchObject({ preset: "codex" });
});

describe("the hook", () => {
  const existing = "#!/bin/sh\necho theirs >>theirs.log\n";

  test("is a program in git's own folder", async () => {
    await using repository = await aRepository(anAgent());
    expect((await init(repository)).hook).toMatchObject({ kind: "installed", chained: false });
    expect((await stat(join(repository.folder, ".git/hooks/post-commit"))).mode & 0o111).toBe(0o111);
  });

  test("runs after one that was there before, which works as it did", async () => {
    await using repository = await aRepository(anAgent());
    const file = join(repository.folder, ".git/hooks/post-commit");
    await writeFile(file, existing);
    await chmod(file, 0o755);
    expect((await init(repository)).hook).toMatchObject({ kind: "installed", chained: true });
    expect((await init(repository)).hook).toMatchObject({ kind: "present", chained: true });
    await repository.commit({ "AGENTS.md": "x\n" });
    expect(await readFile(join(repository.folder, "theirs.log"), "utf8")).toBe("theirs\n");
    expect(existsSync(join(repository.folder, ".git/kira/spool"))).toBe(true);
  });

  test.each([".husky", ".githooks"])(
    "is not written where another tool keeps them in the worktree: %s",
    async (folder) => {
      await using repository = await aRepository({ ...anAgent(), [`${folder}/pre-commit`]: "#!/bin/sh\n" });
      await repository.git("config", "core.hooksPath", folder);
      const { hook } = await init(repository);
      expect(hook.kind).toBe("manual");
      expect(await readdir(join(repository.folder, folder))).toEqual(["pre-commit"]);
      expect(await repository.git("config", "core.hooksPath")).toBe(folder);
      const { stdout } = await kira({ folder: repository.folder }, "init");
      expect(stdout).toContain(hook.line);
      // The line that is printed does what the hook would have done.
      await repository.commit({ [`${folder}/post-commit`]: `#!/bin/sh\n${hook.line}\n` });
      expect(existsSync(join(repository.folder, ".git/kira/spool"))).toBe(true);
    },
  );

  test("is one for all worktrees", async () => {
    await using repository = await aRepository(anAgent());
    await using spare = await aSpareFolder();
    const linked = join(spare.folder, "linked");
    await repository.git("worktree", "add", "--quiet", "-b", "other", linked);
    expect(await kira({ folder: linked }, "init")).toMatchObject({ status: 0 });
    expect(existsSync(join(repository.folder, "data/self-improve.db"))).toBe(true);
    expect(existsSync(join(linked, "data/self-improve.db"))).toBe(false);
    await repository.git("-C", linked, "commit", "--quiet", "--allow-empty", "--message=x");
    expect(existsSync(join(repository.folder, ".git/kira/spool"))).toBe(true);
  });
});

test.each<[string, (repository: TestRepository) => Promise<unknown>, RegExp]>([
  ["a detached HEAD", (r) => r.git("checkout", "--quiet", "--detach"), /^2 HEAD is detached.*git switch/],
  [
    "a branch without a commit",
    (r) => r.git("switch", "--quiet", "--orphan", "new"),
    /^2 The branch new has no commit/,
  ],
  [
    "a configuration whose production branch is not there",
    (r) => r.write({ ".kira-improve.json": '{"production":"live"}' }),
    /^2 The production branch live does not exist/,
  ],
  ["a malformed configuration", (r) => r.write({ ".kira-improve.json": "{" }), /^2 .*not valid JSON/],
])("%s is refused, and nothing is set up", async (_, prepare, said) => {
  await using repository = await aRepository();
  await prepare(repository);
  expect(await refusal(repository, "init")).toMatch(said);
  expect(await repository.git("for-each-ref", "refs/tags", "refs/kira")).toBe("");
  expect(existsSync(join(repository.folder, ".git/hooks/post-commit"))).toBe(false);
});
