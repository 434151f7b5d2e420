import { chmod, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { kira } from "../support/kira.ts";
import { agentConfig, anAgentRepository, aRepository, type TestRepository } from "../support/repository.ts";
import { stateOf } from "../support/state.ts";

afterEach(() => vi.unstubAllEnvs());

async function folderWith(...gitArgs: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kira bad "));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (gitArgs.length > 0) await execa("git", gitArgs, { cwd: folder });
  return folder;
}

/** Runs a command that has to be refused in one line, with nothing changed. */
async function expectRefusal(folder: string, args: string[], status: number, message: RegExp): Promise<void> {
  const before = await stateOf(folder);
  const said = await kira({ folder }, ...args);
  expect(said.stderr).toMatch(message);
  expect(said).toMatchObject({ status, stdout: "" });
  expect(said.stderr.trim().split("\n")).toHaveLength(1);
  expect(await stateOf(folder)).toEqual(before);
}

/** One command of each kind: it sets up, appends, reads, decides. */
const kinds = [
  ["init"],
  ["log", "--task", "x", "--outcome", "success", "--category", "y"],
  ["status"],
  ["run"],
];

describe.each(kinds.map((args) => ({ verb: args[0], args })))("$verb is refused", ({ args }) => {
  test("outside a git repository", async () => {
    await expectRefusal(
      await folderWith(),
      args,
      2,
      /is not in a git repository\. Create one with: git init\./,
    );
  });

  test("in a bare repository", async () => {
    await expectRefusal(await folderWith("init", "--quiet", "--bare"), args, 2, /is a bare repository/);
  });

  test("in a repository with object names in SHA-256", async () => {
    const folder = await folderWith("init", "--quiet", "--object-format=sha256");
    await expectRefusal(folder, args, 2, /SHA-256, which kira-improve does not support/);
  });

  test("in a repository with no commit", async () => {
    const folder = await folderWith("init", "--quiet");
    await expectRefusal(folder, args, 2, /has no commit yet|has no \.kira-improve\.json yet/);
  });
});

test("init needs a branch to take for production", async () => {
  await using repository = await aRepository();
  await repository.git("switch", "--quiet", "--detach");
  await expectRefusal(repository.folder, ["init"], 2, /HEAD is detached.*git switch <branch>/);
});

test("a repository that was never set up is told how, and stays untouched", async () => {
  await using repository = await aRepository();
  for (const args of [["status"], ["run"], ["proposals"], ["reindex"]])
    await expectRefusal(repository.folder, args, 2, /Set it up with: kira-improve init\./);
});

test("init in a repository whose configuration names a missing branch writes nothing", async () => {
  const config = JSON.stringify({ ...agentConfig, production: "live" });
  await using repository = await aRepository({ ".kira-improve.json": config });
  await expectRefusal(repository.folder, ["init"], 2, /production branch live does not exist/);
});

const deciding = [
  ["propose"],
  ["propose", "--from", "HEAD"],
  ["evaluate", "--proposal-id", "1"],
  ["merge", "--proposal-id", "1"],
  ["run"],
];

test("nothing is decided when the production branch is gone, and outcomes can still be logged", async () => {
  await using repository = await anAgentRepository();
  await repository.git("branch", "--move", "main", "other");
  for (const args of deciding)
    await expectRefusal(
      repository.folder,
      args,
      2,
      /The production branch main does not exist or has no commit/,
    );
  const { status } = await kira(
    { folder: repository.folder },
    "log",
    "--task",
    "x",
    "--outcome",
    "success",
    "--category",
    "y",
  );
  expect(status).toBe(0);
});

test("nothing is decided by a configuration that is not committed", async () => {
  await using repository = await aRepository();
  expect((await kira({ folder: repository.folder }, "init")).stdout).toContain("git add .kira-improve.json");
  for (const args of deciding)
    await expectRefusal(repository.folder, args, 2, /is not committed on main.*Commit it: git add/);
});

describe("a configuration", () => {
  let repository: TestRepository;
  beforeAll(async () => {
    repository = await anAgentRepository();
    return () => repository[Symbol.asyncDispose]();
  });

  const bad: [what: string, text: string, message: RegExp][] = [
    ["that is no JSON", "{ production: main", /\.kira-improve\.json is not valid JSON: .*Correct it/],
    ["that is no object", "[]", /the file: .*expected object/],
    ["with an unknown key", '{ "protekt": [] }', /"protekt" is not a known key \(did you mean "protect"\?\)/],
    [
      "with an unknown key inside a section",
      '{ "evaluate": { "threshhold": 1 } }',
      /"evaluate\.threshhold".*"threshold"/,
    ],
    [
      "with a value of the wrong kind",
      '{ "analyze": { "days": "seven" } }',
      /analyze\.days: .*expected number/,
    ],
    [
      "whose index leads out of the repository",
      '{ "index": "../mine.db" }',
      /index a path in the repository|index: leads out of the repository/,
    ],
    ["whose tasks lead out of the repository", '{ "tasks": "/etc" }', /tasks: leads out of the repository/],
    [
      "that passes a provider's key on",
      '{ "agent": { "env": ["ANTHROPIC_API_KEY"] } }',
      /agent\.env\.0: is a model provider's secret/,
    ],
  ];
  test.each(bad)("%s is refused with what to correct", async (_, text, message) => {
    await repository.write({ ".kira-improve.json": text });
    for (const args of [["status"], ["run"]]) await expectRefusal(repository.folder, args, 2, message);
  });

  test.each(bad.slice(3))(
    "%s is refused as it is committed, too, whatever the file on disk says",
    async (_, text, message) => {
      await using other = await anAgentRepository();
      const good = await other.git("show", "main:.kira-improve.json");
      await other.commit({ ".kira-improve.json": text });
      await other.write({ ".kira-improve.json": good });
      await kira({ folder: other.folder }, "reindex"); // the new commit has been seen
      await expectRefusal(other.folder, ["run"], 2, message);
    },
  );
});

describe("git", () => {
  /** A folder for PATH in which git is what the script says, or not at all. */
  async function pathWith(git: string | undefined): Promise<string> {
    const folder = await folderWith();
    await symlink("/bin/sh", join(folder, "sh"));
    if (git !== undefined) {
      await writeFile(join(folder, "git"), `#!/bin/sh\n${git}\n`);
      await chmod(join(folder, "git"), 0o755);
    }
    return folder;
  }

  test.each([
    ["absent", undefined, /git cannot be started\. Install git 2\.38 or newer/],
    [
      "too old",
      "echo git version 2.20.1",
      /This is git version 2\.20\.1, and 2\.38 is the oldest that works/,
    ],
    ["broken", "echo something is wrong >&2; exit 1", /something is wrong/],
  ])("that is %s is said so, and nothing has happened", async (_, script, message) => {
    await using fresh = await aRepository();
    await using known = await anAgentRepository();
    const path = await pathWith(script);
    for (const [folder, args] of [
      [fresh.folder, ["init"]],
      [known.folder, ["status"]],
      [known.folder, ["run"]],
    ] as const) {
      const before = await stateOf(folder);
      vi.stubEnv("PATH", path);
      const said = await kira({ folder }, ...args);
      vi.unstubAllEnvs();
      expect(said.stderr).toMatch(message);
      expect(said).toMatchObject({ status: 7, stdout: "" });
      expect(await stateOf(folder)).toEqual(before);
    }
  });

  test("is not needed to log an outcome", async () => {
    await using repository = await anAgentRepository();
    vi.stubEnv("PATH", await pathWith(undefined));
    const said = await kira(
      { folder: repository.folder },
      "log",
      "--task",
      "x",
      "--outcome",
      "success",
      "--category",
      "y",
    );
    expect(said).toMatchObject({ status: 0, stdout: "#1 success: x\n" });
  });
});

test("a repository whose git directory is damaged is not taken for one", async () => {
  await using repository = await anAgentRepository();
  await rename(join(repository.folder, ".git/HEAD"), join(repository.folder, ".git/HEAD.lost"));
  const said = await kira({ folder: repository.folder }, "status");
  expect(said).toMatchObject({ status: 2, stdout: "" });
  expect(said.stderr).toContain("is not in a git repository");
});
