import { appendFile, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { anAgentRepository, type TestRepository } from "../support/repository.ts";
import { verifyRecord } from "../../src/loop/verify-record.ts";
import { failuresAbout, idea, inWorkspace, journalOf } from "./support.ts";

const told = async ({ folder }: TestRepository) =>
  Promise.all(
    [["status"], ["proposals"], ["archive", "--list"]].map((args) =>
      kira({ folder, env: { KIRA_NOW: "2026-12-31T09:30:00Z" } }, ...args, "--json"),
    ),
  ).then((said) => said.map(({ stdout }) => stdout).join(""));

async function segmentOf({ folder }: TestRepository): Promise<string> {
  const [clone = ""] = await readdir(join(folder, ".git/kira/journal"));
  return join(folder, ".git/kira/journal", clone, "000001.jsonl");
}

describe("nothing that git holds of the journal is lost, and one line says so, when its segment was", () => {
  test.each<[string, (file: string) => Promise<void>]>([
    ["emptied", (file) => truncate(file)],
    ["cut short", (file) => truncate(file, 1000)],
    ["deleted", (file) => rm(file)],
    ["deleted with its folder", (file) => rm(join(file, ".."), { recursive: true })],
    ["replaced by a text", (file) => writeFile(file, "dear diary\n")],
  ])("%s", async (_, destroy) => {
    await using repository = await anAgentRepository();
    await failuresAbout(repository, "dates");
    await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
    const [before, journal] = [await told(repository), await journalOf(repository)];
    await destroy(await segmentOf(repository));
    const { status, stderr } = await kira({ folder: repository.folder }, "status");
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(
        /^Segment 1 of the journal was damaged; what git holds of it is back\..*\n$/,
      ),
    });
    expect(await journalOf(repository)).toBe(journal);
    expect(await told(repository)).toBe(before);
  });
});

test("what was logged since the last commit to git survives a damaged line before it, and what cannot be read is counted and kept", async () => {
  await using repository = await anAgentRepository();
  const { folder } = repository;
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await kiraJson({ folder }, "log", "--task", "Pay", "--outcome", "failure", "--category", "money");
  const file = await segmentOf(repository);
  const whole = await readFile(file, "utf8");
  await writeFile(file, whole.replace("{", "["));
  await appendFile(file, "dear diary\n");
  await rm(join(folder, "data/self-improve.db"));
  const { status, stderr } = await kira({ folder }, "reindex");
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/1 lines could not be read .* kira-improve restore <file>\./),
  });
  expect(await readFile(file, "utf8")).toContain('"task":"Pay"');
});

test("a lost name of the clone is that of its journal again", async () => {
  await using repository = await anAgentRepository();
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  const before = await told(repository);
  const file = join(repository.folder, ".git/kira/clone-id");
  const name = await readFile(file, "utf8");
  await rm(file);
  expect(await told(repository)).toBe(before);
  expect(await readFile(file, "utf8")).toBe(name);
});

test("a bit that flips in the journal and leaves it readable is found by comparing with what git holds", async () => {
  await using repository = await anAgentRepository();
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  expect(await inWorkspace(repository, verifyRecord)).toEqual([]);
  const file = await segmentOf(repository);
  await writeFile(file, (await readFile(file, "utf8")).replace('"risk":"medium"', '"risk":"mediul"'));
  expect(await inWorkspace(repository, verifyRecord)).toMatchObject([
    { what: "journal", found: expect.stringMatching(/^Segment 1 differs .* behind byte \d+\.$/) },
  ]);
});
