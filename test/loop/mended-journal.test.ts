import { appendFile, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { anAgentRepository, type TestRepository } from "../support/repository.ts";
import { verifyRecord } from "../../src/loop/record/verify-record.ts";
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

describe("a clone that has lost its whole folder kira goes on as itself", () => {
  const lose = async ({ folder }: TestRepository) => {
    await rm(join(folder, ".git/kira"), { recursive: true });
  };
  const clones = async ({ git }: TestRepository) =>
    git("for-each-ref", "--format=%(refname)", "refs/kira/journal");

  test.each<[string, (repository: TestRepository) => Promise<unknown>]>([
    ["and nothing else", async () => undefined],
    ["and the index", ({ folder }) => rm(join(folder, "data"), { recursive: true })],
    ["and its name in git's settings", ({ git }) => git("config", "--unset", "kira.cloneId")],
    [
      "with packed refs, and its name",
      async ({ git }) => {
        await git("pack-refs", "--all");
        await git("config", "--unset", "kira.cloneId");
      },
    ],
  ])("%s", async (_, more) => {
    await using repository = await anAgentRepository();
    const { folder } = repository;
    await failuresAbout(repository, "dates");
    await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
    const [before, journal, names] = [
      await told(repository),
      await journalOf(repository),
      await clones(repository),
    ];
    await lose(repository);
    await more(repository);
    const { status, stderr } = await kira({ folder }, "status");
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(
        "Segment 1 of the journal was damaged; what git holds of it is back.\n",
      ),
    });
    expect(await journalOf(repository)).toBe(journal);
    expect(await told(repository)).toBe(before);
    await idea(repository, { "skills/other.md": "Be other.\n" }, "other");
    expect(await clones(repository)).toBe(names);
  });

  test("and log, which asks git nothing, records nothing into a journal that lacks what went before", async () => {
    await using repository = await anAgentRepository();
    const { folder } = repository;
    await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
    const before = await told(repository);
    await lose(repository);
    await rm(join(folder, "data"), { recursive: true });
    const log = ["log", "--task", "Pay", "--outcome", "failure", "--category", "money"];
    expect(await kira({ folder }, ...log)).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^The journal has lost its end\. .*kira-improve status/),
    });
    expect(await told(repository)).toBe(before);
    expect((await kira({ folder }, ...log)).status).toBe(0);
  });

  test("unless another clone's is the only one there is: that stays another's", async () => {
    await using repository = await anAgentRepository();
    await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
    const { git } = repository;
    const [ref = ""] = (await clones(repository)).split("\n");
    await git("update-ref", ref.replace("refs/kira/", "refs/kira/remotes/origin/"), ref);
    await git("config", "--unset", "kira.cloneId");
    await lose(repository);
    await kira({ folder: repository.folder }, "reindex");
    expect(await readFile(join(repository.folder, ".git/kira/clone-id"), "utf8")).not.toBe(
      ref.split("/").at(-1),
    );
  });
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
