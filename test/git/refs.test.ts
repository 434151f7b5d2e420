import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Git } from "../../src/git/git.ts";
import { Notes } from "../../src/git/notes.ts";
import { Objects } from "../../src/git/objects.ts";
import { Refs } from "../../src/git/refs.ts";
import { findRepository } from "../../src/git/repository.ts";
import { aRepository } from "../support/repository.ts";

const gitOf = (folder: string) => new Git(findRepository(folder));

describe("a ref moves only from the value it was seen at", () => {
  test("of two who move it at once one wins, and the other is told of a conflict", async () => {
    await using repository = await aRepository();
    const first = await repository.git("rev-parse", "main");
    const second = await repository.commit({ "AGENTS.md": "Be brief.\n" });
    const third = await repository.commit({ "AGENTS.md": "Be both.\n" });
    await repository.git("update-ref", "refs/kira/here", first);
    const refs = new Refs(gitOf(repository.folder));
    const moves = [second, third].map((to) => refs.move([{ ref: "refs/kira/here", from: first, to }]));
    const ends = await Promise.allSettled(moves);
    const winner = ends.findIndex(({ status }) => status === "fulfilled");
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(ends[1 - winner]).toMatchObject({ reason: { code: "conflict" } });
    expect(await repository.git("rev-parse", "refs/kira/here")).toBe([second, third][winner]);
  });

  test("of several together none moves if one cannot", async () => {
    await using repository = await aRepository();
    const first = await repository.git("rev-parse", "main");
    const refs = new Refs(gitOf(repository.folder));
    await refs.move([{ ref: "refs/kira/ids/1", from: undefined, to: first }]);
    const move = refs.move([
      { ref: "refs/kira/ids/2", from: undefined, to: first },
      { ref: "refs/kira/ids/1", from: undefined, to: first },
    ]);
    await expect(move).rejects.toMatchObject({ code: "conflict" });
    expect((await refs.list("refs/kira")).map(({ name }) => name)).toEqual(["refs/kira/ids/1"]);
    await refs.move([{ ref: "refs/kira/ids/1", from: first, to: undefined }]);
    expect(await refs.list("refs/kira")).toEqual([]);
  });
});

test("a tag is listed with the commit it stands for, and a revision that is an option is no commit", async () => {
  await using repository = await aRepository();
  const commit = await repository.git("rev-parse", "main");
  await repository.git("tag", "--annotate", "--message=one", "kira/archive/0000");
  const refs = new Refs(gitOf(repository.folder));
  const [tag] = await refs.list("refs/tags/kira");
  expect(tag).toMatchObject({ target: commit, oid: await repository.git("rev-parse", "kira/archive/0000") });
  expect(await refs.merged(commit, "refs/tags/kira")).toEqual(new Set(["refs/tags/kira/archive/0000"]));
  expect(await refs.findCommit("--all")).toBeUndefined();
  expect(await refs.findCommit("HEAD:AGENTS.md")).toBeUndefined();
});

test("a note line added twice is there once, and what was there before stays as it is", async () => {
  await using repository = await aRepository();
  const commit = await repository.git("rev-parse", "main");
  const git = gitOf(repository.folder);
  const notes = new Notes(git, new Objects(git.commonDir), "kira/evaluations");
  const add = async (commit: string, line: string) => {
    const move = await notes.adding(commit, line, new Date());
    if (move) await new Refs(git).move([move]);
    return move !== undefined;
  };
  const shown = (commit: string) => repository.git("notes", "--ref=kira/evaluations", "show", commit);
  const [first, second] = [
    `{"v":1,"reason":"# no comment,  two spaces"}`,
    `{"v":1,"text":"naïve ✓"}`,
  ] as const;
  expect([await add(commit, first), await add(commit, second), await add(commit, first)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(await shown(commit)).toBe(`${first}\n${second}`);
});

test("notes are found wherever git has put them, and git finds ours", async () => {
  await using repository = await aRepository();
  const git = gitOf(repository.folder);
  const notes = new Notes(git, new Objects(git.commonDir), "kira/evaluations");
  const ref = "refs/notes/kira/evaluations";
  const theirs = await repository.git("rev-parse", "main");
  await repository.git("notes", `--ref=${ref}`, "add", "--message=theirs", theirs);
  const ours = await repository.commit({ "AGENTS.md": "x\n" });
  for (const commit of [theirs, ours])
    await new Refs(git).move([(await notes.adding(commit, "ours", new Date()))!]);
  expect(await repository.git("notes", `--ref=${ref}`, "show", theirs)).toBe("theirs\nours");
  expect(await repository.git("notes", `--ref=${ref}`, "show", ours)).toBe("ours");
  await repository.git("notes", `--ref=${ref}`, "append", "--message=more", ours);
  expect(await repository.git("notes", `--ref=${ref}`, "show", ours)).toBe("ours\n\nmore");
  expect((await repository.git("notes", `--ref=${ref}`, "list")).split("\n").length).toBe(2);
  expect(await repository.git("fsck", "--strict")).toBe("");
});

test("a program that holds git's lock is a conflict, not a failure", async () => {
  await using repository = await aRepository();
  await repository.write({ [join(".git", "index.lock")]: "" });
  const failing = gitOf(repository.folder).user(["add", "AGENTS.md"]);
  await expect(failing).rejects.toMatchObject({ code: "conflict", message: /Wait for that program/ });
});
