import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kira, kiraJson, type Said } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, failuresAbout, idea, journalOf } from "./support.ts";

const env = { KIRA_NOW: "2026-01-31T09:30:00Z" };

/** A little of everything: merged, rejected by a verdict and by a person, undecided, a draft, rolled back. */
async function eventful(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  const here = { folder: repository.folder };
  await failuresAbout(repository, "dates");
  await kiraJson(here, "analyze");
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await idea(repository, { "skills/long.md": "Be long.\n" }, "long");
  await idea(repository, { "skills/lessons.md": "# Lessons\n- figs\n" }, "weak");
  await idea(repository, { "skills/other.md": "Be other.\n" }, "other");
  for (const id of [1, 2, 4]) await evaluated(repository, id);
  await kiraJson(here, "reject", "--proposal-id", "3", "--reason", "too long");
  await kiraJson(here, "merge", "--proposal-id", "1");
  await kiraJson(here, "archive", "--rollback", "0");
  const message = "feat: work\n\nCo-Authored-By: Claude <noreply@anthropic.com>";
  await repository.commit({ "notes.txt": "x\n" }, message);
  await kiraJson(here, "archive", "--rollback", "1");
  await idea(repository, { "skills/last.md": "Be last.\n" }, "last");
  await kiraJson(here, "merge", "--proposal-id", "6", "--on-judgement", "--reason", "reads better");
  return repository;
}

async function told({ folder }: TestRepository): Promise<string> {
  const said: Said[] = [];
  for (const args of [["status"], ["proposals"], ["archive", "--list"], ["proposals", "--show", "4"]])
    said.push(await kira({ folder, env }, ...args, "--json"));
  return said.map(({ stdout }) => stdout).join("");
}

const indexFiles = async ({ folder }: TestRepository) =>
  (await readdir(join(folder, "data")))
    .filter((name) => name.startsWith("self-improve.db"))
    .map((name) => join(folder, "data", name));

describe("the index can be lost", () => {
  test.each<[string, (files: string[]) => Promise<unknown>, boolean]>([
    ["deleted, and made again by reindex", (files) => Promise.all(files.map((file) => rm(file))), true],
    [
      "deleted, and made again by the next command",
      (files) => Promise.all(files.map((file) => rm(file))),
      false,
    ],
    ["damaged", (files) => Promise.all(files.map((file) => writeFile(file, "no database"))), false],
  ])("%s: every answer is the same to the byte", async (_, lose, reindex) => {
    await using repository = await eventful();
    const before = await told(repository);
    for (const status of ["draft", "testing", "rejected", "merged"])
      expect(before).toContain(`"status":"${status}"`);
    const refs = await repository.git("for-each-ref");
    await lose(await indexFiles(repository));
    if (reindex) {
      const { reindexed } = await kiraJson<{ reindexed: object }>(
        { folder: repository.folder, env },
        "reindex",
      );
      expect(reindexed).toMatchObject({ proposals: 6, evaluations: 3, nodes: 4, analyses: 1 });
    }
    expect(await told(repository)).toBe(before);
    expect(await repository.git("for-each-ref")).toBe(refs);
  });
});

test("the journal is kept in git: its ref grows by what is new, and its parts together are the journal", async () => {
  await using repository = await eventful();
  const [ref = ""] = (await repository.git("for-each-ref", "--format=%(refname)", "refs/kira/journal")).split(
    "\n",
  );
  const commits = (await repository.git("rev-list", "--reverse", ref)).split("\n");
  expect(commits.length).toBeGreaterThan(10);
  for (const commit of commits.slice(1))
    expect(await repository.git("diff-tree", "-r", "--name-status", `${commit}~`, commit)).toMatch(
      /^A\t\S+$/,
    );
  const parts = (await repository.git("ls-tree", "-r", "--name-only", ref)).split("\n").sort();
  const texts = await Promise.all(parts.map((part) => repository.git("cat-file", "blob", `${ref}:${part}`)));
  expect(texts.map((text) => `${text}\n`).join("")).toBe(await journalOf(repository));
});

test("git tells the whole story without us, and finds nothing wrong with it", async () => {
  await using repository = await eventful();
  expect(await repository.git("fsck", "--strict")).toBe("");
  const story = await repository.git("log", "--graph", "--branches", "--tags", "--notes=kira/evaluations");
  for (const word of [
    "improve(manual): feat: know more food",
    "Kira-Proposal:",
    '"verdict":"improved"',
    "revert: restore",
  ])
    expect(story).toContain(word);
  expect(
    await repository.git("log", "--all", "--decorate", "--oneline", "-n", "50", "--branches"),
  ).not.toContain("refs/kira/ids");
  expect(await repository.git("worktree", "list")).not.toContain("kira-trial");
});
