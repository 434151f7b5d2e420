import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, idea, inWorkspace, shown } from "./support.ts";
import { isUpToDate } from "../../src/loop/record/fingerprint.ts";

let repository: TestRepository;
let answers: string;

beforeAll(async () => {
  repository = await anAgentRepository();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  await idea(repository, { "skills/other.md": "Be other.\n" }, "other");
  await evaluated(repository, 1);
  await kiraJson({ folder: repository.folder }, "reject", "--proposal-id", "2", "--reason", "too brief");
  await kiraJson({ folder: repository.folder }, "merge", "--proposal-id", "1");
  answers = await told();
  return () => repository[Symbol.asyncDispose]();
});

async function told(): Promise<string> {
  const texts = [];
  for (const args of [["status"], ["proposals"], ["archive", "--list"], ["proposals", "--show", "1"]])
    texts.push((await kira({ folder: repository.folder }, ...args, "--json")).stdout);
  return texts.join("");
}

/** All refs by name; those of notes and tags by what they hold, for written again they have another date. */
async function refs(): Promise<Record<string, string>> {
  const format = "--format=%(refname) %(objecttype) %(objectname) %(*objectname)";
  const lines = (await repository.git("for-each-ref", format)).split("\n");
  const held = async (name: string, type: string, oid: string, target: string) => {
    if (type === "tag")
      return `${target} ${await repository.git("tag", "--list", "--format=%(contents)", name.slice(10))}`;
    // In which folders git keeps notes is its own business.
    if (name.startsWith("refs/notes/")) return repository.git("notes", `--ref=${name}`, "list");
    if (name.startsWith("refs/kira/journal/")) return repository.git("rev-parse", `${oid}^{tree}`);
    return oid;
  };
  const entries = lines.map(async (line) => {
    const [name = "", type = "", oid = "", target = ""] = line.split(" ");
    return [name, await held(name, type, oid, target)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const remove = async (pattern: string) => {
  const names = (await repository.git("for-each-ref", "--format=%(refname)", pattern)).split("\n");
  for (const name of names) await repository.git("update-ref", "-d", name);
};

describe("what follows from the record comes back, and one line says so, after plain git has deleted", () => {
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "the tag of a node",
      () => repository.git("tag", "--delete", "kira/archive/0001"),
      /^kira\/archive\/0001 was missing and put back from the journal\.$/,
    ],
    [
      "every tag of ours",
      () => remove("refs/tags/kira"),
      /^kira\/archive\/0000, kira\/archive\/0001 were missing/,
    ],
    ["the number of a proposal", () => remove("refs/kira/ids/1"), /^refs\/kira\/ids\/1 was missing/],
    ["a rejected proposal", () => remove("refs/kira/rejected"), /^refs\/kira\/rejected\/2 was missing/],
    [
      "the notes of evaluations",
      () => remove("refs/notes/kira/evaluations"),
      /^the kira\/evaluations note of proposal 1 was missing/,
    ],
    [
      "one note",
      () => repository.git("notes", "--ref=kira/rejections", "remove", "refs/kira/ids/2^{commit}"),
      /^the kira\/rejections note of proposal 2 was missing/,
    ],
    [
      "all notes",
      () => remove("refs/notes/kira"),
      /^the kira\/evaluations note of proposal 1, the kira\/rejections note of proposal 2 were/,
    ],
    ["the journal's ref", () => remove("refs/kira/journal"), /^refs\/kira\/journal\/\S+ was missing/],
    [
      "refs/kira and all in it",
      () => remove("refs/kira"),
      /^refs\/kira\/ids\/1, refs\/kira\/ids\/2, .* and 2 more were missing/,
    ],
  ])("%s", async (_, destroy, line) => {
    const before = await refs();
    await destroy();
    expect(await refs()).not.toEqual(before);
    const { status, stderr } = await kira({ folder: repository.folder }, "status");
    expect(status).toBe(0);
    expect(stderr.trimEnd()).toMatch(line);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    const { [Object.keys(before).find((name) => name.startsWith("refs/kira/journal"))!]: journal, ...rest } =
      before;
    expect(await refs()).toMatchObject(rest);
    expect(journal).toBeDefined();
    expect(await told()).toBe(answers);
    expect((await kira({ folder: repository.folder }, "status")).stderr).toBe("");
  });

  test("the same when refs are packed", async () => {
    await repository.git("pack-refs", "--all");
    await repository.git("tag", "--delete", "kira/archive/0000");
    expect((await kira({ folder: repository.folder }, "status")).stderr).toContain(
      "kira/archive/0000 was missing",
    );
  });
});

describe("what is the user's stays as they want it", () => {
  test("a proposal's branch that was deleted is not brought back, and its commit stays", async () => {
    const { branch, commit } = await shown(repository, 3);
    await repository.git("branch", "-D", branch);
    expect((await kira({ folder: repository.folder }, "status")).stderr).toBe("");
    expect(await repository.git("branch", "--list", branch)).toBe("");
    expect(await repository.git("rev-parse", "refs/kira/ids/3")).toBe(commit);
    expect(await told()).toBe(answers);
    await repository.git("branch", branch, commit);
  });

  test("a proposal's branch or a node's tag that was moved is left where it is", async () => {
    const { branch, commit } = await shown(repository, 3);
    const main = await repository.git("rev-parse", "main");
    await repository.git("branch", "--force", branch, main);
    await repository.git("tag", "--force", "kira/archive/0000", main);
    expect((await kira({ folder: repository.folder }, "status")).stderr).toBe("");
    expect(await repository.git("rev-parse", branch, "kira/archive/0000")).toBe(`${main}\n${main}`);
    expect(await told()).toBe(answers);
    await repository.git("branch", "--force", branch, commit);
    await repository.git("tag", "--delete", "kira/archive/0000");
    await kira({ folder: repository.folder }, "status");
  });
});

test("a production that was reset behind what was merged is said once, and statuses follow it there and back", async () => {
  const tip = await repository.git("rev-parse", "main");
  await repository.git("reset", "--quiet", "--hard", "kira/archive/0000");
  const { stderr } = await kira({ folder: repository.folder }, "proposals");
  expect(stderr).toMatch(
    /^main no longer contains \S{10}, which is kira\/archive\/0001, where it stood .* archive --rollback 1\.\n$/,
  );
  expect((await kira({ folder: repository.folder }, "proposals")).stderr).toBe("");
  expect((await shown(repository, 1)).status).toBe("validated");
  await repository.git("commit", "--quiet", "--allow-empty", "--amend", "--message=rewritten");
  expect((await kira({ folder: repository.folder }, "status")).stderr).toContain("main no longer contains");
  expect((await shown(repository, 1)).status).toBe("testing");
  await repository.git("reset", "--quiet", "--hard", tip);
  await kira({ folder: repository.folder }, "status");
  expect((await shown(repository, 1)).status).toBe("merged");
});

test("with nothing new, a look at the files is all, whatever else happens in the repository", async () => {
  await kira({ folder: repository.folder }, "status");
  const upToDate = () => inWorkspace(repository, (workspace) => Promise.resolve(isUpToDate(workspace)));
  expect(await upToDate()).toBe(true);
  await repository.git("branch", "theirs");
  await repository.write({ "notes.txt": "x\n" });
  expect(await upToDate()).toBe(true);
  await repository.git("fetch", "--quiet", ".", "refs/heads/main:refs/heads/kira/fetched");
  expect(await upToDate()).toBe(false);
  await kira({ folder: repository.folder }, "status");
  expect(await upToDate()).toBe(true);
  await rm(join(repository.folder, "data/self-improve.db"));
  expect((await kira({ folder: repository.folder }, "status")).stderr).toContain(
    "made again from the journal",
  );
});
