import { mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { killed } from "../support/killed.ts";
import { anAgentRepository, aRepository, aSpareFolder, type TestRepository } from "../support/repository.ts";
import { idea, refusal } from "./support.ts";

const env = { KIRA_NOW: "2026-01-31T09:30:00Z" };
let repository: TestRepository;
let spare: { readonly folder: string };
let file: string;
let answers: string;

const merge = (id: number) => ["merge", "--proposal-id", String(id), "--on-judgement", "--reason", "a test"];

async function told(folder: string): Promise<string> {
  const texts = [];
  for (const args of [["status"], ["proposals"], ["archive", "--list"]])
    texts.push((await kira({ folder, env }, ...args, "--json")).stdout);
  const done = (await listed(folder)).filter(({ command }) => command !== "restore");
  return texts.join("") + JSON.stringify(done);
}

interface Listed {
  readonly command: string;
  readonly moves: readonly { ref: string; from: string | null; to: string | null }[];
}

const listed = async (folder: string) =>
  (await kiraJson<{ operations: Listed[] }>({ folder, env }, "operations")).operations;

const git = async (folder: string, ...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;

/** A repository without a record: empty, or a clone. */
async function aPlaceFor(name: string, from?: string): Promise<string> {
  const folder = join(spare.folder, name);
  if (from === undefined) await execa("git", ["init", "--quiet", "--initial-branch=main", folder]);
  else await execa("git", ["clone", "--quiet", from, folder]);
  for (const [key, value] of [
    ["user.name", "Test"],
    ["user.email", "test@example.invalid"],
  ] as const)
    await git(folder, "config", key, value);
  return folder;
}

beforeAll(async () => {
  repository = await anAgentRepository();
  const place = await aSpareFolder();
  spare = place;
  await idea(repository, { "skills/a.md": "a\n" }, "first");
  await idea(repository, { "skills/b.md": "b\n" }, "second");
  const here = { folder: repository.folder };
  await kiraJson(here, ...merge(1));
  await kiraJson(here, "reject", "--proposal-id", "2", "--reason", "too short");
  await kira(here, "log", "--task", "t", "--outcome", "failure", "--category", "food");
  file = join(spare.folder, "agent.bundle");
  const { status, stdout, stderr } = await kira(here, "backup", file);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("a restore of it gave the same answers");
  answers = await told(repository.folder);
  return async () => {
    await repository[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  };
});

describe("a backup, restored,", () => {
  test.each<[string, string, boolean]>([
    ["into an empty repository", "empty", false],
    ["into a fresh clone", "clone", true],
  ])("%s gives the same answers, and again changes nothing", async (_, name, clone) => {
    const folder = await aPlaceFor(name, clone ? repository.folder : undefined);
    const { status, stderr } = await kira({ folder }, "restore", file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await told(folder)).toBe(answers);
    expect(await git(folder, "status", "--porcelain")).toBe("");
    expect(await git(folder, "rev-parse", "main")).toBe(await repository.git("rev-parse", "main"));
    expect(await git(folder, "fsck", "--strict", "--no-dangling")).toBe("");
    const operations = await listed(folder);
    const [{ command, moves }] = operations as [Listed];
    expect(command).toBe("restore");
    for (const { ref, from, to } of moves) {
      expect(from).toBeNull();
      expect(await git(folder, "rev-parse", ref)).toBe(to);
    }
    const refs = await git(folder, "for-each-ref");
    expect((await kira({ folder }, "restore", file)).stdout).toContain("nothing was missing");
    expect(await git(folder, "for-each-ref")).toBe(refs);
    expect(await told(folder)).toBe(answers);
    expect(await listed(folder)).toEqual(operations);
  });

  test("where init has run before is taken for the record; a record that grew since is not replaced", async () => {
    const folder = await aPlaceFor("set up", repository.folder);
    await kiraJson({ folder }, "init");
    expect((await kira({ folder }, "restore", file)).status).toBe(0);
    expect(await told(folder)).toBe(answers);
    await kiraJson({ folder }, "log", "--task", "t", "--outcome", "success", "--category", "food");
    const said = await refusal({ folder } as TestRepository, "restore", file);
    expect(said).toMatch(/^4 The record here is newer than the backup/);
  });

  test("beside a production that has gone on leaves it where it is", async () => {
    const folder = await aPlaceFor("gone on", repository.folder);
    await writeFile(join(folder, "mine.txt"), "mine\n");
    await git(folder, "add", "mine.txt");
    await git(folder, "commit", "--quiet", "--message=mine");
    const head = await git(folder, "rev-parse", "main");
    await git(folder, "reset", "--quiet", "--hard", head);
    const { status, stdout } = await kira({ folder }, "restore", file);
    expect({ status, stdout }).toMatchObject({ status: 0 });
    expect(stdout).toContain("refs/heads/main stands elsewhere here and stays.");
    expect(await git(folder, "rev-parse", "main")).toBe(head);
  });

  test.each([
    ["before anything was changed", "update-ref --stdin", []],
    ["half-way", "merge --ff-only", ["status", "log", "backup"]],
  ])(
    "killed %s can be done again, and half-way every other command asks for that",
    async (_, moment, commands) => {
      const folder = await aPlaceFor(`killed ${moment}`);
      await killed({ folder }, ["after", moment], "restore", file);
      for (const command of commands) {
        const args = command === "log" ? ["--task", "t", "--outcome", "success", "--category", "c"] : [];
        const more = command === "backup" ? ["../half"] : args;
        expect(await refusal({ folder } as TestRepository, command, ...more)).toContain(
          `Run it again: kira-improve restore "${file}"`,
        );
      }
      const { status, stderr } = await kira({ folder }, "restore", file);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(await told(folder)).toBe(answers);
      expect((await listed(folder)).filter(({ command }) => command === "restore")).toHaveLength(1);
    },
  );
});

describe("restore changes nothing and says what is wrong with", () => {
  test.each<[string, (to: string) => Promise<unknown>, RegExp]>([
    ["no file", () => Promise.resolve(), /^3 There is no file /],
    ["a folder", (to) => mkdir(to), /^2 .* is no file/],
    ["a text", (to) => writeFile(to, "hello\n"), /^2 .* is not a git bundle/],
    [
      "a bundle of something else",
      (to) => repository.git("bundle", "create", "--quiet", to, "main"),
      /^2 .* is a git bundle, but no backup/,
    ],
    [
      "half a backup",
      async (to) => {
        await writeFile(to, await readFile(file));
        await truncate(to, Math.floor((await stat(file)).size / 2));
      },
      /^2 .* is damaged or incomplete, and nothing was changed/,
    ],
    [
      "a backup with a wrong byte",
      async (to) => {
        const bytes = await readFile(file);
        bytes[bytes.length - 400]! ^= 0xff;
        await writeFile(to, bytes);
      },
      /^2 .* is damaged or incomplete, and nothing was changed/,
    ],
  ])("%s", async (name, make, said) => {
    const folder = await aPlaceFor(`bad ${name}`);
    const bad = join(spare.folder, `file of ${name}`);
    await make(bad);
    expect(await refusal({ folder } as TestRepository, "restore", bad)).toMatch(said);
    expect(await git(folder, "for-each-ref")).toBe("");
  });

  test("a repository with a record of its own", async () => {
    await using other = await anAgentRepository();
    await kiraJson({ folder: other.folder }, "log", "--task", "t", "--outcome", "success", "--category", "x");
    const refs = await other.git("for-each-ref");
    expect(await refusal(other, "restore", file)).toMatch(
      /^4 This repository has a record of its own, of clone /,
    );
    expect(await other.git("for-each-ref")).toBe(refs);
  });
});

test("backup replaces a file only when told to", async () => {
  expect(await refusal(repository, "backup", file)).toMatch(/^4 .* is there already/);
  expect(await refusal(repository, "backup", spare.folder)).toMatch(/^2 .* is a folder/);
  expect(await refusal(repository, "backup", join(spare.folder, "no", "file"))).toMatch(
    /^3 There is no folder/,
  );
  const copy = join(spare.folder, "copy");
  await writeFile(copy, "mine");
  expect((await kira({ folder: repository.folder }, "backup", copy, "--force")).status).toBe(0);
  expect((await readFile(copy)).subarray(0, 16).toString()).toBe("# v2 git bundle\n");
});

test("without a committed configuration it says what to commit, and writes nothing", async () => {
  await using repository = await aRepository();
  await using spare = await aSpareFolder();
  const here = { folder: repository.folder };
  await kira(here, "init");
  const said = await kira(here, "backup", join(spare.folder, "backup"));
  expect(said).toMatchObject({ status: 2, stderr: expect.stringContaining("Commit it: git add") });
  expect(await readdir(spare.folder)).toEqual([]);
});
