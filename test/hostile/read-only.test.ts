import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { waitingAgent } from "../commands/at-work.ts";
import { idea } from "../loop/support.ts";
import { kira } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, aSpareFolder, type TestRepository } from "../support/repository.ts";
import { stateOf } from "../support/state.ts";

const isRoot = process.getuid?.() === 0;
const mayMount = isRoot && (await execa("unshare", ["--mount", "true"], { reject: false })).exitCode === 0;
const mayBeNobody = isRoot && (await execa("setpriv", ["--version"], { reject: false })).exitCode === 0;
if (!mayMount) console.log("skipped: a file system of its own is mounted by root alone, and not everywhere");
if (!mayBeNobody) console.log("skipped: only root can become another user, and permissions do not bind root");

const env = { KIRA_NOW: "2026-12-31T09:30:00Z" };
const readers = [
  ["status"],
  ["proposals"],
  ["proposals", "--show", "1"],
  ["archive", "--list"],
  ["operations"],
];

const toldBy = async ({ folder }: TestRepository) => {
  const said = [];
  for (const args of readers) said.push(await kira({ folder, env }, ...args, "--json"));
  return said;
};

test.skipIf(!mayMount)(
  "on a read-only file system who looks is answered, who writes is told why not, and nothing is lost",
  async () => {
    await using spare = await aSpareFolder();
    const small = join(spare.folder, "small");
    await mkdir(small);
    await execa("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", small]);
    const remount = (how: string) => execa("mount", ["-o", `remount,${how}`, small]);
    const before = process.env["TMPDIR"];
    try {
      process.env["TMPDIR"] = small;
      const repository = await anAgentRepository();
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
      const { folder } = repository;
      await aGoodIdea(repository);
      await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
      const told = await toldBy(repository);
      const state = await stateOf(folder);
      await remount("ro");
      const notice = `${join(folder, "data/self-improve.db")} cannot be written; what it says is read into memory.\n`;
      const inMemory = told.map((said) => ({ ...said, stderr: notice }));
      expect(await toldBy(repository)).toEqual(inMemory);
      const line = JSON.stringify({ task: "t", outcome: "failure", category: "c" });
      const writers = [
        ["log", "--task", "t", "--outcome", "failure", "--category", "c"],
        ["log", "--stdin"],
        ["analyze"],
        ["propose", "--from", "good-idea"],
        ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"],
        ["merge", "--proposal-id", "1"],
        ["reject", "--proposal-id", "1", "--reason", "no"],
        ["archive", "--rollback", "0"],
        ["compare", "main", "style", "--allow-unsandboxed"],
        ["undo"],
        ["reindex"],
        ["run", "--allow-unsandboxed"],
        ["backup", join(folder, "backup")],
        ["init"],
      ];
      for (const args of writers) {
        const { status, stdout, stderr } = await kira({ folder, env, stdin: line }, ...args);
        expect({ args, status, stdout, stderr }).toMatchObject({
          status: 7,
          stdout: "",
          stderr: expect.stringMatching(
            /(read-only|readonly|cannot be written).*\. .*run the command again\.\n$/s,
          ),
        });
      }
      expect(await stateOf(folder)).toEqual(state);
      await remount("rw");
      await rm(join(folder, "data/self-improve.db"));
      await remount("ro");
      expect(await toldBy(repository)).toMatchObject(told.map(({ status, stdout }) => ({ status, stdout })));
      await remount("rw");
      expect((await toldBy(repository)).map(({ stdout }) => stdout)).toEqual(
        told.map(({ stdout }) => stdout),
      );
      for (const args of writers.slice(0, 4))
        expect(await kira({ folder, env, stdin: line }, ...args)).toMatchObject({ status: 0 });
    } finally {
      await execa("umount", [small]);
    }
  },
  300_000,
);

describe.skipIf(!mayBeNobody)("a user who loses a permission half way", () => {
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"];
  const bin = resolve("src/bin.ts");
  const asNobody = ({ folder }: TestRepository, args: readonly string[], NOTES = "") =>
    execa("setpriv", [...nobody, process.execPath, bin, ...args], {
      cwd: folder,
      env: { NOTES },
      reject: false,
    });
  const theirs = async (repository: TestRepository) => {
    await execa("chown", ["-R", "65534:65534", repository.folder]);
    // Of the tests' own git calls, which root makes.
    process.env["GIT_CONFIG_COUNT"] = "1";
    process.env["GIT_CONFIG_KEY_0"] = "safe.directory";
    process.env["GIT_CONFIG_VALUE_0"] = "*";
  };

  test.each([
    [".git/kira", 7, 0],
    [".git/objects", 7, 0],
    // Put on record before a ref moves: the next command makes the rest of it, and nobody does it twice.
    [".git/refs", 7, 5],
    ["data", 0, 5],
  ])(
    "to write %s ends with status %i, and all is as it was once it is back",
    async (place, status, afterwards) => {
      await using repository = await anAgentRepository();
      await aGoodIdea(repository);
      await theirs(repository);
      expect(await asNobody(repository, ["status"])).toMatchObject({ exitCode: 0 });
      const allow = (how: string) => execa("chmod", ["-R", how, join(repository.folder, place)]);
      await allow("a-w");
      const refused = await asNobody(repository, ["propose", "--from", "good-idea"]);
      expect(refused).toMatchObject({ exitCode: status, stderr: expect.not.stringContaining("bug") });
      if (status !== 0) expect(refused.stderr).toMatch(/\. .*run the command again\.$/s);
      await allow("u+w");
      const again = await asNobody(repository, ["propose", "--from", "good-idea"]);
      expect(again).toMatchObject({ exitCode: afterwards });
      const { stdout } = await asNobody(repository, ["proposals", "--json"]);
      expect(JSON.parse(stdout)).toMatchObject({ proposals: [{ id: 1, status: "draft" }] });
      expect(await repository.git("fsck", "--strict", "--no-dangling")).toBe("");
    },
  );

  test("while trials run is told, and the evaluation goes on once it is back", async () => {
    await using notes = await aSpareFolder();
    await using repository = await anAgentRepository({
      ...waitingAgent,
      "agent.sh": waitingAgent["agent.sh"]!.replace(
        /^\[.*$/m,
        'while [ -e "$NOTES/hold" ]; do sleep 0.05; done',
      ),
    });
    await aGoodIdea(repository);
    await theirs(repository);
    await chmod(notes.folder, 0o777);
    await writeFile(join(notes.folder, "hold"), "");
    await asNobody(repository, ["propose", "--from", "good-idea"]);
    const evaluate = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
    const running = asNobody(repository, evaluate, notes.folder);
    await expect
      .poll(
        () => execa("test", ["-e", join(notes.folder, "started")], { reject: false }).then((r) => r.exitCode),
        {
          timeout: 60_000,
        },
      )
      .toBe(0);
    const journal = join(repository.folder, ".git/kira/journal");
    await execa("chmod", ["-R", "a-w", journal]);
    await rm(join(notes.folder, "hold"));
    expect(await running).toMatchObject({
      exitCode: 7,
      stderr: expect.stringMatching(/EACCES.*000001\.jsonl.*run the command again\.$/),
    });
    expect((await repository.git("worktree", "list")).split("\n")).toHaveLength(1);
    await execa("chmod", ["-R", "u+w", journal]);
    const again = await asNobody(repository, evaluate, notes.folder);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("IMPROVED") });
  });
});
