import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, idea } from "./support.ts";

let repository: TestRepository;
let folder: string;
const said = /^The index was missing or damaged; it was made again from the journal\.\n$/;

beforeAll(async () => {
  repository = await anAgentRepository();
  folder = repository.folder;
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  for (const id of [1, 2]) await evaluated(repository, id);
  await kiraJson({ folder }, "status");
});
afterAll(() => repository[Symbol.asyncDispose]());

/** Flips the lowest bit of the last character of a text, wherever the index holds it; how often it did. */
async function flip(text: string): Promise<number> {
  const file = join(folder, "data/self-improve.db");
  const bytes = await readFile(file);
  let count = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    bytes[at + text.length - 1]! ^= 1;
    count++;
  }
  await writeFile(file, bytes);
  return count;
}

describe("a bit that flips in the index is noticed where something is decided by it, and one line says so", () => {
  test.each<[string, string, string[]]>([
    ["a score of a verdict", '"modifiedScore":1', ["proposals", "--show", "1"]],
    ["a verdict's baseline", '"baseline":"', ["proposals", "--show", "2"]],
    ["a node's commit", '"commit":"', ["archive", "--list"]],
  ])("%s", async (_, text, args) => {
    const before = await kira({ folder }, ...args, "--json");
    expect(before).toMatchObject({ stderr: "" });
    expect(await flip(text)).toBeGreaterThan(0);
    const after = await kira({ folder }, ...args, "--json");
    expect(after.stderr).toMatch(said);
    expect(after.stdout).toBe(before.stdout);
    expect((await kira({ folder }, ...args)).stderr).toBe("");
  });

  test("a merge rests on what the journal says", async () => {
    await flip('"verdict":"improved"');
    const { status, stderr, stdout } = await kira({ folder }, "merge", "--proposal-id", "1");
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(said) });
    expect(stdout).toContain("kira/archive/0001");
  });

  test("and so does a rollback", async () => {
    await flip('"tag":"kira/archive/0000"');
    const { status, stderr } = await kira({ folder }, "archive", "--rollback", "0");
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringMatching(said) });
    expect(await repository.git("rev-parse", "main")).toBe(
      await repository.git("rev-parse", "kira/archive/0000^{commit}"),
    );
  });
});
