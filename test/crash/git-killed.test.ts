import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { aSpareFolder, type TestRepository } from "../support/repository.ts";
import { expectWhole } from "./facts.ts";
import { copyOf, eventful } from "./templates.ts";
import { buildTool, clock, runTool, type Tool } from "./tool.ts";

let tool: Tool;
let template: TestRepository;
beforeAll(async () => {
  [tool, template] = await Promise.all([buildTool(), eventful()]);
});
afterAll(async () => {
  await template[Symbol.asyncDispose]();
  await tool[Symbol.asyncDispose]();
});

/**
 * A git before the real one on PATH: where it moves that ref, it is killed while it holds the locks, and so is whoever
 * called it.
 */
async function deadlyGit(folder: string, ref: string): Promise<Record<string, string>> {
  const real = (await execa("sh", ["-c", "command -v git"])).stdout;
  const hooks = join(folder, "hooks");
  await mkdir(hooks);
  // git's own parent is the tool: the hook's parent is git.
  const hook = `#!/bin/sh
[ "$1" = prepared ] && grep -q ' ${ref}' || exit 0
tool=$(cut -d' ' -f4 /proc/$PPID/stat)
kill -9 $PPID $tool
`;
  const git = `#!/bin/sh
for word; do
  shift
  case "$word" in core.hooksPath=*) word="core.hooksPath=${hooks}";; esac
  set -- "$@" "$word"
done
exec '${real}' -c 'core.hooksPath=${hooks}' "$@"
`;
  for (const [file, text] of [
    [join(hooks, "reference-transaction"), hook],
    [join(folder, "git"), git],
  ] as const) {
    await writeFile(file, text);
    await chmod(file, 0o755);
  }
  return { PATH: `${folder}:${process.env["PATH"]}` };
}

const locks = async (folder: string) =>
  (await execa("find", [".git", "-name", "*.lock", "-not", "-path", ".git/kira/*"], { cwd: folder })).stdout;

describe.skipIf(process.platform !== "linux")("git killed while it moves refs", () => {
  test.each([
    [["merge", "--proposal-id", "2"], "refs/heads/main"],
    [["reject", "--proposal-id", "3", "--reason", "too brief"], "refs/kira/rejected/"],
    [["propose", "--from", "another"], "refs/kira/ids/"],
    [["archive", "--rollback", "0"], "refs/heads/main"],
  ])("in %s: its locks are removed, that is said, and the step can be done", async (args, ref) => {
    await using place = await copyOf(template);
    await using spare = await aSpareFolder();
    const { killed } = await runTool(tool, place.folder, { args }, await deadlyGit(spare.folder, ref));
    expect(killed).toBe(true);
    expect(await locks(place.folder)).not.toBe("");
    const here = { folder: place.folder, env: clock };
    expect((await kira(here, "status")).stderr).toMatch(
      /A git that was killed had left .+\.lock; it was removed\./,
    );
    expect(await locks(place.folder)).toBe("");
    const again = await kira(here, ...args);
    expect([0, 5], again.stderr).toContain(again.status);
    await expectWhole(place, args.join(" "));
  });

  test("a lock that another program holds is not ours to remove: it is named", async () => {
    await using place = await copyOf(template);
    const lock = join(place.folder, ".git/refs/heads/main.lock");
    await writeFile(lock, "");
    const { status, stderr } = await kira(
      { folder: place.folder, env: clock },
      "merge",
      "--proposal-id",
      "2",
    );
    expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringContaining("main.lock") });
    expect(existsSync(lock)).toBe(true);
    await rm(lock);
    await kiraJson({ folder: place.folder, env: clock }, "merge", "--proposal-id", "2");
  });
});
