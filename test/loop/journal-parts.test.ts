import { mkdir, readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { preserve } from "../../src/loop/record/preserve.ts";
import { verifyRecord } from "../../src/loop/record/verify-record.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aRepository, aSpareFolder, type TestRepository } from "../support/repository.ts";
import { anOutcome } from "../store/entries.ts";
import { aHub } from "./clones.ts";
import { idea, inWorkspace, journalOf } from "./support.ts";

const env = { KIRA_NOW: "2026-12-31T09:30:00Z" };

async function told(folder: string): Promise<string> {
  const all = [];
  for (const args of [["status"], ["proposals"]])
    all.push((await kira({ folder, env }, ...args, "--json")).stdout);
  return all.join("");
}

async function bytesOfObjects({ git }: TestRepository): Promise<number> {
  const sizes = await git("cat-file", "--batch-all-objects", "--batch-check=%(objectsize:disk)");
  return sizes.split("\n").reduce((sum, size) => sum + Number(size), 0);
}

test(
  "the repository grows by the same for each step, however many came before",
  { timeout: 120_000 },
  async () => {
    await using repository = await aRepository();
    await kiraJson({ folder: repository.folder }, "init");
    const growth = async (from: number) => {
      const before = await bytesOfObjects(repository);
      await inWorkspace(repository, async (workspace) => {
        for (let id = from; id < from + 100; id++) {
          workspace.record.append([anOutcome({ id, notes: "said no ".repeat(220) })]);
          await preserve(workspace);
        }
      });
      return (await bytesOfObjects(repository)) - before;
    };
    const [first, second] = [await growth(1), await growth(101)];
    expect(second / first).toBeLessThan(1.25);
  },
);

/** The journal's ref as earlier versions wrote it: all parts of a segment in one folder. */
async function asBefore({ folder, git }: Pick<TestRepository, "folder" | "git">): Promise<void> {
  const clone = (await readFile(join(folder, ".git/kira/clone-id"), "utf8")).trim();
  const ref = `refs/kira/journal/${clone}`;
  const paths = (await git("ls-tree", "-r", ref)).replaceAll(/\/\d\d\//g, "/");
  const own = { cwd: folder, env: { GIT_INDEX_FILE: join(folder, ".git/parts.index") } };
  await execa("git", ["update-index", "--index-info"], { ...own, input: `${paths}\n` });
  const { stdout: tree } = await execa("git", ["write-tree"], own);
  const message = await git("log", "-1", "--format=%B", ref);
  await git("update-ref", ref, await git("commit-tree", tree, "-m", message));
}

/** Two steps of an earlier version, and one of this. */
async function aMixture(repository: TestRepository): Promise<void> {
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await asBefore(repository);
  await idea(repository, { "skills/long.md": "Be long.\n" }, "long");
  const paths = await repository.git(
    "ls-tree",
    "-r",
    "--name-only",
    await repository.git("for-each-ref", "--format=%(objectname)", "refs/kira/journal"),
  );
  expect(paths).toMatch(/^000001\/0000000\.jsonl$/m);
  expect(paths).toMatch(/^000001\/00\/\d{7}\.jsonl$/m);
}

test("what an earlier version committed of the journal reaches another clone, and a restored backup, as before", async () => {
  await using hub = await aHub();
  const { first } = hub;
  await aMixture(first);
  await first.sync();
  const second = await hub.clone("second");
  await second.sync();
  await first.sync();
  const proposals = ({ folder }: { readonly folder: string }) =>
    kiraJson<{ proposals: unknown[] }>({ folder, env }, "proposals");
  expect((await proposals(first)).proposals).toHaveLength(2);
  expect(await proposals(second)).toEqual(await proposals(first));
  await using spare = await aSpareFolder();
  const [file, fresh] = [join(spare.folder, "backup"), join(spare.folder, "fresh")];
  await kiraJson({ folder: first.folder }, "backup", file);
  await mkdir(fresh);
  await execa("git", ["init", "--quiet", "--initial-branch=main", fresh]);
  await kiraJson({ folder: fresh }, "restore", file);
  expect(await proposals({ folder: fresh })).toEqual(await proposals(first));
});

test("what an earlier version committed of the journal mends it, as before", async () => {
  await using hub = await aHub();
  const { first } = hub;
  await aMixture(first);
  expect(await inWorkspace(first, verifyRecord)).toEqual([]);
  const [before, journal] = [await told(first.folder), await journalOf(first)];
  const [clone = ""] = await readdir(join(first.folder, ".git/kira/journal"));
  await truncate(join(first.folder, ".git/kira/journal", clone, "000001.jsonl"));
  expect(await told(first.folder)).toBe(before);
  expect(await journalOf(first)).toBe(journal);
});
