import { expect, test } from "vitest";
import type { RefMove } from "../../src/domain/operation.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, idea } from "./support.ts";

interface Listed {
  readonly command: string;
  readonly what: string;
  readonly moves: readonly RefMove[];
  readonly undone: boolean;
}

const operations = async ({ folder }: TestRepository, ...args: string[]) =>
  (await kiraJson<{ operations: Listed[] }>({ folder }, "operations", ...args)).operations;

/** Every ref with the commit it names, without those that only keep objects of ours alive. */
async function refsOf(repository: TestRepository): Promise<Map<string, string>> {
  const format = "--format=%(refname) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
  const lines = (await repository.git("for-each-ref", format)).split("\n");
  const kept = lines.filter(
    (line) => !/^refs\/(kira\/(journal|artifacts)|heads\/good-idea|heads\/s)/.test(line),
  );
  return new Map(kept.map((line) => line.split(" ") as [string, string]));
}

test("the log tells of every ref that was moved, from where to where, by which command", async () => {
  await using repository = await anAgentRepository();
  const here = { folder: repository.folder };
  const begin = await repository.git("rev-parse", "main");
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await idea(repository, { "skills/short.md": "Be short.\n" }, "short");
  for (const id of [1, 2]) await evaluated(repository, id);
  await kiraJson(here, "reject", "--proposal-id", "3", "--reason", "too short");
  await kiraJson(here, "merge", "--proposal-id", "1");
  await kiraJson(here, "archive", "--rollback", "0");
  await kiraJson(here, "archive", "--rollback", "1");
  await kiraJson(here, "archive", "--rollback", "0", "--restore");

  const told = await operations(repository);
  expect(told.map(({ command }) => command).reverse()).toEqual([
    "init",
    ...["propose", "propose", "propose"],
    ...["evaluate", "evaluate", "reject", "merge"],
    ...["rollback", "rollback", "rollback"],
  ]);
  // Played from the start, the log leads to what is there.
  const played = new Map([["refs/heads/main", begin]]);
  for (const { moves } of [...told].reverse())
    for (const { ref, from, to } of moves) {
      expect(played.get(ref) ?? null, ref).toBe(from);
      if (to === null) played.delete(ref);
      else played.set(ref, to);
    }
  expect([...played].sort()).toEqual([...(await refsOf(repository))].sort());

  expect(await operations(repository, "--limit", "2")).toEqual(told.slice(0, 2));
  const { stdout } = await kira(here, "operations", "--limit", "4");
  expect(stdout).toMatch(/^[0-9a-f]{8}  \d{4}-\d\d-\d\d \d\d:\d\d  rollback: restore kira\/archive\/0000\n/);
  expect(stdout).toContain(`  refs/heads/main ${begin.slice(0, 10)} → `);
  await kiraJson(here, "reindex");
  expect(await operations(repository)).toEqual(told);
});

test.each([
  ["0", "Give a whole number of at least 1"],
  ["many", "Give a whole number of at least 1"],
])("a limit of %s is refused", async (limit, said) => {
  await using repository = await anAgentRepository();
  const { status, stderr } = await kira({ folder: repository.folder }, "operations", "--limit", limit);
  expect({ status, said: stderr.includes(said) }).toEqual({ status: 2, said: true });
});

test("refs that were lost are put back, and the log says so", async () => {
  await using repository = await anAgentRepository();
  const { commit, branch } = await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await repository.git("update-ref", "-d", "refs/kira/ids/1");
  await repository.git("update-ref", "-d", `refs/heads/${branch}`);
  await kira(
    { folder: repository.folder },
    "log",
    "--task",
    "t",
    "--outcome",
    "success",
    "--category",
    "food",
  );
  await kira({ folder: repository.folder }, "status");
  const [last] = await operations(repository);
  expect(last).toMatchObject({ command: "recover" });
  expect(last!.moves).toContainEqual({ ref: "refs/kira/ids/1", from: null, to: commit });
});
