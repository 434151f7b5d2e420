import { cp, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { anAgentRepository, aSpareFolder, repositoryAt, type TestRepository } from "../support/repository.ts";
import { type State, stateOf } from "../support/state.ts";
import { aHub, logged, proposed, toldBy } from "./clones.ts";
import { idea, refusal } from "./support.ts";

const env = { KIRA_NOW: "2026-01-31T09:30:00Z" };
let repository: TestRepository;
let older: string;
let place: string;
let file: string;

const merge = ["merge", "--proposal-id", "1", "--on-judgement", "--reason", "a test"];

async function told(folder: string): Promise<string> {
  const texts = [];
  for (const args of [["status"], ["proposals"], ["archive", "--list"]])
    texts.push((await kira({ folder, env }, ...args, "--json")).stdout);
  return texts.join("");
}

async function anEmptyRepository(name: string): Promise<TestRepository> {
  const folder = join(place, name);
  await execa("git", ["init", "--quiet", "--initial-branch=main", folder]);
  for (const [key, value] of [
    ["user.name", "Test"],
    ["user.email", "test@example.invalid"],
  ] as const)
    await execa("git", ["config", key, value], { cwd: folder });
  return { ...repositoryAt(folder), [Symbol.asyncDispose]: async () => undefined };
}

/** Empty folders of git's own, as for locks, are no change. */
async function settled(folder: string): Promise<State> {
  const state = await stateOf(folder);
  const files = Object.entries(state.files).filter(
    ([path, content]) => !path.startsWith(".git/") || content !== "folder",
  );
  return { ...state, files: Object.fromEntries(files) };
}

beforeAll(async () => {
  repository = await anAgentRepository();
  const spare = await aSpareFolder();
  place = spare.folder;
  const here = { folder: repository.folder };
  await idea(repository, { "skills/a.md": "a\n" }, "first");
  await idea(repository, { "skills/b.md": "b\n" }, "second");
  await kira(here, "log", "--task", "t", "--outcome", "failure", "--category", "food");
  older = join(place, "older");
  await cp(repository.folder, older, { recursive: true, preserveTimestamps: true });
  await kiraJson(here, ...merge);
  await kiraJson(here, "reject", "--proposal-id", "2", "--reason", "too short");
  await kira(here, "log", "--task", "u", "--outcome", "success", "--category", "food");
  file = join(place, "agent.bundle");
  expect((await kira(here, "backup", file)).stderr).toBe("");
  return async () => {
    await repository[Symbol.asyncDispose]();
    await spare[Symbol.asyncDispose]();
  };
});

test("an older state of the same clone goes on to the backup, and the user's work stays as it is", async () => {
  const old = { ...repositoryAt(older), [Symbol.asyncDispose]: async () => undefined };
  await old.write({ "AGENTS.md": "Mine.\n", "notes.txt": "mine\n" });
  await old.git("branch", "mine");
  const head = await old.git("rev-parse", "main");
  const { status, stdout, stderr } = await kira({ folder: older }, "restore", file);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [, kept] = /^The backup's is (\S+); compare: git log --left-right main\.\.\.\1$/m.exec(stdout) ?? [];
  expect(await old.git("rev-parse", "main", "mine")).toBe(`${head}\n${head}`);
  expect(await old.git("status", "--porcelain")).toBe(" M AGENTS.md\n?? notes.txt");
  await old.git("stash", "--quiet", "--include-untracked");
  await old.git("merge", "--quiet", "--ff-only", kept!);
  expect(await told(older)).toBe(await told(repository.folder));
  await kiraJson({ folder: older }, "reindex");
  expect(await told(older)).toBe(await told(repository.folder));
  expect(await old.git("for-each-ref", "refs/heads/kira")).toBe(
    await repository.git("for-each-ref", "refs/heads/kira"),
  );
  expect(await refusal(repository, "restore", file)).toMatch(/^0 $/);
});

test("what other clones recorded comes along, and goes on to be shared", async () => {
  await using hub = await aHub();
  const one = hub.first;
  const other = await hub.clone("other");
  await proposed(other, { "skills/c.md": "c\n" }, "theirs");
  await logged(other, "find figs");
  await other.sync();
  await one.sync();
  await proposed(one, { "skills/d.md": "d\n" }, "ours");
  await one.sync();
  const backup = join(place, "shared.bundle");
  await one.json("backup", backup);
  const fresh = await hub.clone("fresh");
  // A plain clone that init has set up, and nothing more.
  expect(await fresh.kira("restore", backup)).toMatchObject({ status: 0, stderr: "" });
  expect(await toldBy(fresh)).toBe(await toldBy(one));
  await fresh.json("reindex");
  expect(await toldBy(fresh)).toBe(await toldBy(one));
  await logged(other, "find jam");
  await other.sync();
  expect(await fresh.sync()).toContain("Taken in from origin: what 1 clone recorded.");
  expect(await toldBy(fresh)).toBe(await toldBy(other));
});

describe("nothing of the user's is overwritten:", () => {
  test("a file in the place of one of production's is named, and nothing was changed", async () => {
    const empty = await anEmptyRepository("occupied");
    await empty.write({ "AGENTS.md": "Mine.\n" });
    const before = await settled(empty.folder);
    expect(await refusal(empty, "restore", file)).toMatch(
      /^4 The files of production cannot be laid out here, .*'AGENTS\.md'/,
    );
    expect(await settled(empty.folder)).toEqual(before);
    await rename(join(empty.folder, "AGENTS.md"), join(empty.folder, "mine.md"));
    expect((await kira({ folder: empty.folder }, "restore", file)).status).toBe(0);
    expect(await told(empty.folder)).toBe(await told(repository.folder));
    expect(await readFile(join(empty.folder, "mine.md"), "utf8")).toBe("Mine.\n");
  });

  test("a branch that takes the place of a whole folder of ours is named", async () => {
    const folder = join(place, "a branch kira");
    await execa("git", ["clone", "--quiet", repository.folder, folder]);
    const clone = { ...repositoryAt(folder), [Symbol.asyncDispose]: async () => undefined };
    await clone.git("branch", "kira");
    // A proposal that is open has its branch below kira/.
    await using open = await anAgentRepository();
    await idea(open, { "skills/e.md": "e\n" }, "open");
    const backup = join(place, "open.bundle");
    await kiraJson({ folder: open.folder }, "backup", backup);
    const before = await settled(folder);
    expect(await refusal(clone, "restore", backup)).toMatch(/^4 .*refs\/heads\/kira/);
    expect(await settled(folder)).toEqual(before);
  });
});

interface Manifest {
  v: number;
  clone: string;
  timestamp: string;
  production: string;
  refs: Record<string, string>;
  approvals: string[];
}

/** A bundle with the same objects that says something else. */
async function forged(
  name: string,
  change: (manifest: Manifest, git: TestRepository["git"]) => unknown,
): Promise<string> {
  const folder = join(place, `forge ${name}`);
  await execa("git", ["init", "--quiet", "--bare", folder]);
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
  await git("fetch", "--quiet", file, "+refs/*:refs/*");
  const manifest = JSON.parse(await git("cat-file", "blob", "refs/kira/backup:manifest.json")) as Manifest;
  await change(manifest, git);
  const { stdout: blob } = await execa("git", ["hash-object", "-w", "--stdin"], {
    cwd: folder,
    input: JSON.stringify(manifest),
  });
  const { stdout: tree } = await execa("git", ["mktree"], {
    cwd: folder,
    input: `100644 blob ${blob}\tmanifest.json\n`,
  });
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
  const commit = await git(...who, "commit-tree", "-m", "backup", tree);
  await git("update-ref", "refs/kira/backup", commit);
  const names = (await git("for-each-ref", "--format=%(refname)")).split("\n");
  const to = join(place, `${name}.bundle`);
  await git("bundle", "create", "--quiet", to, ...names);
  return to;
}

describe("a forged backup is refused, and nothing was changed:", () => {
  const head = ({ refs, production }: Manifest) => refs[production]!;
  const journal = ({ clone }: Manifest) => `refs/kira/journal/${clone}`;
  const cannot = /^2 .* is a bundle, but none that this version of kira-improve can restore\./;
  const notTold = /^2 .* does not hold what it says it holds\./;
  const damaged = /^2 (The journal in the backup lacks|Segment \d+ of the journal in the backup is) /;

  test.each<[string, (manifest: Manifest, git: TestRepository["git"]) => unknown, RegExp]>([
    ["a name with dots", (it) => (it.refs["refs/kira/../heads/main"] = head(it)), cannot],
    ["a branch of the user's", (it) => (it.refs["refs/heads/evil"] = head(it)), cannot],
    ["a tag of the user's", (it) => (it.refs["refs/tags/v1"] = head(it)), cannot],
    ["a stash", (it) => (it.refs["refs/stash"] = head(it)), cannot],
    [
      "a ref with a line of its own",
      (it) => (it.refs["refs/kira/a\ndelete refs/heads/main"] = head(it)),
      cannot,
    ],
    ["production that is no branch", (it) => (it.production = "refs/kira/ids/1"), cannot],
    ["production that is a proposal", (it) => (it.production = "refs/heads/kira/proposal/1-x"), cannot],
    ["production that it lacks", (it) => (it.production = "refs/heads/other"), cannot],
    ["a clone that is a path", (it) => (it.clone = "../../../../hooks"), cannot],
    ["a clone that is another", (it) => (it.clone = "00000000-0000-4000-8000-000000000000"), notTold],
    ["a version of tomorrow", (it) => (it.v = 1e308), cannot],
    ["a time that is none", (it) => (it.timestamp = "+275760-09-13T00:00:00.001Z"), cannot],
    ["a commit that is none", (it) => (it.refs[it.production] = "--upload-pack=x"), cannot],
    ["main where it is not", (it) => (it.refs[it.production] = it.refs["refs/kira/ids/2"]!), notTold],
    ["a ref that the bundle lacks", (it) => (it.refs["refs/kira/ids/9"] = head(it)), notTold],
    ["a ref that it does not tell of", (it, git) => git("update-ref", "refs/kira/ids/9", head(it)), notTold],
    [
      "a journal that is a blob",
      async (it, git) => {
        const blob = await git("rev-parse", `${head(it)}:AGENTS.md`);
        await git("update-ref", journal(it), blob);
        it.refs[journal(it)] = blob;
      },
      notTold,
    ],
    [
      "a journal of another tree",
      async (it, git) => {
        await git("update-ref", journal(it), head(it));
        it.refs[journal(it)] = head(it);
      },
      damaged,
    ],
    [
      "a journal that begins late",
      (it, git) => journalOf(it, git, "000001/00/0000007.jsonl", "{}\n"),
      damaged,
    ],
    [
      "a journal of huge numbers",
      (it, git) => journalOf(it, git, "999999/99/9999999.jsonl", "{}\n"),
      damaged,
    ],
    ["a journal of no lines", (it, git) => journalOf(it, git, "000001/00/0000000.jsonl", "hello\n"), damaged],
    ["a journal of numbers", (it, git) => journalOf(it, git, "000001/00/0000000.jsonl", "1\n"), damaged],
    ["half a line", (it, git) => journalOf(it, git, "000001/00/0000000.jsonl", '{"kind":"x"}'), damaged],
  ])("%s", async (name, change, said) => {
    const empty = await anEmptyRepository(`for ${name}`);
    await empty.commit({ "mine.txt": "mine\n" });
    const before = await settled(empty.folder);
    expect(await refusal(empty, "restore", await forged(name, change))).toMatch(said);
    expect(await settled(empty.folder)).toEqual(before);
  });

  /** Another journal for the same clone, of one part. */
  async function journalOf(
    manifest: Manifest,
    git: TestRepository["git"],
    path: string,
    text: string,
  ): Promise<void> {
    const folder = (await git("rev-parse", "--absolute-git-dir")).trim();
    const index = { GIT_INDEX_FILE: join(folder, "forged-index") };
    const run = async (args: string[], input = "") =>
      (await execa("git", args, { cwd: folder, env: index, input })).stdout;
    const blob = await run(["hash-object", "-w", "--stdin"], text);
    await run(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    const commit = await run([...who, "commit-tree", "-m", "journal", await run(["write-tree"])]);
    await git("update-ref", journal(manifest), commit);
    manifest.refs[journal(manifest)] = commit;
  }
});

test("what was approved there is told as words that a shell takes for nothing more", async () => {
  const forgery = await forged(
    "approvals",
    (it) => (it.approvals = ["kira.allowBaseUrl http://a; touch 'x'"]),
  );
  const empty = await anEmptyRepository("approving");
  const { stdout } = await kira({ folder: empty.folder }, "restore", forgery);
  const line = stdout.split("\n").find((each) => each.startsWith("  git config"))!;
  await execa("sh", ["-c", line], { cwd: empty.folder });
  expect(await empty.git("config", "kira.allowBaseUrl")).toBe("http://a; touch 'x'");
  expect(await empty.git("status", "--porcelain")).toBe("");
});
