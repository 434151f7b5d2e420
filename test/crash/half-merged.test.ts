import { existsSync } from "node:fs";
import { appendFile, chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adopted } from "../loop/support.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { anAgentRepository, repositoryAt, type TestRepository } from "../support/repository.ts";
import { expectWhole } from "./facts.ts";
import { copyOf } from "./templates.ts";
import { buildTool, clock, runTool, type Tool } from "./tool.ts";

let tool: Tool;
let template: TestRepository;
beforeAll(async () => {
  [tool, template] = await Promise.all([buildTool(), aProposal()]);
});
afterAll(async () => {
  await template[Symbol.asyncDispose]();
  await tool[Symbol.asyncDispose]();
});

const names = ["a", "b", "m", "z"].map((name) => `skills/${name}.md`);
const merging = ["merge", "--proposal-id", "1", "--on-judgement", "--reason", "reads better"];

/** A proposal that changes four files, removes one, adds two; and a node to go back to. */
async function aProposal(): Promise<TestRepository> {
  const before = Object.fromEntries([...names, "skills/c.md"].map((name) => [name, `${name} as it was\n`]));
  const repository = await anAgentRepository(before);
  await repository.git("switch", "--quiet", "--create", "words");
  await repository.git("rm", "--quiet", "skills/c.md");
  const after = Object.fromEntries(names.map((name) => [name, `${name} in other words, and a few more\n`]));
  await repository.commit({ ...after, "skills/new/d.md": "New.\n", "skills/y.md": "New, too.\n" }, "words");
  await repository.git("switch", "--quiet", "main");
  await adopted(repository, "words");
  return repository;
}

type Place = ReturnType<typeof repositoryAt>;

/** A filter of the user's that kills the git which writes `skills/m.md`, and the tool or not. */
async function deadlyFilter({ folder, git }: Place, who: string): Promise<string> {
  const script = join(folder, ".git/deadly");
  const text = `#!/bin/sh
git=$PPID
while [ "$(cat /proc/$git/comm)" != git ]; do git=$(cut -d' ' -f4 /proc/$git/stat); done
tool=$(cut -d' ' -f4 /proc/$git/stat)
if tr '\\0' ' ' </proc/$git/cmdline | grep -Eq ' (merge|checkout) '; then kill -9 ${who}; fi
exec cat
`;
  await writeFile(script, text);
  await chmod(script, 0o755);
  await writeFile(join(folder, ".git/info/attributes"), "skills/m.md filter=deadly\n");
  await git("config", "filter.deadly.smudge", `'${script}'`);
  return script;
}

const readIn =
  ({ folder }: Place) =>
  (path: string) =>
    readFile(join(folder, path), "utf8");

describe.skipIf(process.platform !== "linux")("git killed while it writes files", () => {
  test.each([
    ["merge", "$git $tool"],
    ["merge", "$git"],
    ["rollback", "$git $tool"],
    ["rollback", "$git"],
  ])("in a %s, with %s: what it wrote is put back, what is the user's stays", async (step, who) => {
    await using copy = await copyOf(template);
    const place = repositoryAt(copy.folder);
    const here = { folder: place.folder, env: clock };
    const args = step === "merge" ? merging : ["archive", "--rollback", "0"];
    if (step === "rollback") await kiraJson(here, ...merging);
    await appendFile(join(place.folder, "AGENTS.md"), "Mine.\n");
    await place.write({ "notes.txt": "mine\n", "skills/mine.md": "" });
    await place.git("add", "notes.txt");
    const before = await place.git("status", "--porcelain", "--untracked-files=all");

    const script = await deadlyFilter(place, who);
    const { killed, stderr } = await runTool(tool, place.folder, { args });
    expect(killed, stderr).toBe(who.includes("tool"));
    await rm(script);
    await place.git("config", "--remove-section", "filter.deadly");
    const half = await place.git("status", "--porcelain", "--untracked-files=all");
    expect(half).toContain("skills/a.md");
    expect(half).not.toContain("skills/z.md");
    // As if it had come less far with one.
    await writeFile(join(place.folder, "skills/b.md"), (await readIn(place)("skills/b.md")).slice(0, 9));

    const { stderr: said } = await kira(here, "status");
    expect(said).toMatch(/interrupted before production moved was taken back, .*skills\/a\.md/);
    expect(await place.git("status", "--porcelain", "--untracked-files=all")).toBe(before);
    expect(existsSync(join(place.folder, "skills/new"))).toBe(step === "rollback");
    await kiraJson(here, ...args);
    expect(await place.git("status", "--porcelain", "--untracked-files=all")).toBe(before);
    expect(await readIn(place)("AGENTS.md")).toContain("Mine.");
    await place.git("restore", "AGENTS.md");
    await expectWhole(place, args.join(" "));
  });

  test("what somebody has written since is theirs: it is named, and stays", async () => {
    await using copy = await copyOf(template);
    const place = repositoryAt(copy.folder);
    const here = { folder: place.folder, env: clock };
    const script = await deadlyFilter(place, "$git $tool");
    expect((await runTool(tool, place.folder, { args: merging })).killed).toBe(true);
    await rm(script);
    await place.git("config", "--remove-section", "filter.deadly");
    await appendFile(join(place.folder, "skills/b.md"), "And mine.\n");
    const { status, stderr } = await kira(here, ...merging);
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringMatching(/uncommitted changes of skills\/b\.md are in the way/),
    });
    expect(await readIn(place)("skills/b.md")).toContain("And mine.");
    expect(await place.git("status", "--porcelain")).toBe(" M skills/b.md");
  });
});
