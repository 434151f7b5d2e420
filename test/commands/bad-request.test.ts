import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { stateOf } from "../support/state.ts";

// One repository with a draft proposal; no refusal changes it, so that the tests can share it.
let repository: TestRepository;
beforeAll(async () => {
  repository = await anAgentRepository();
  await aGoodIdea(repository);
  await kira({ folder: repository.folder }, "propose", "--from", "good-idea");
});
afterAll(() => repository[Symbol.asyncDispose]());

interface Refusal {
  readonly status: number;
  readonly message: string | RegExp;
  readonly stdin?: string;
}

async function expectRefusal(
  args: readonly string[],
  { status, message, stdin = "" }: Refusal,
): Promise<void> {
  const { folder } = repository;
  const before = await stateOf(folder);
  const said = await kira({ folder, stdin }, ...args);
  expect(said.stderr).toMatch(message);
  expect(said).toMatchObject({ status, stdout: "" });
  expect(said.stderr.trim().split("\n")).toHaveLength(1);
  expect(await stateOf(folder)).toEqual(before);
}

const outcome = (more: object = {}) =>
  JSON.stringify({ task: "t", outcome: "failure", category: "c", ...more });
const logged = (...more: string[]) => [
  "log",
  "--task",
  "t",
  "--outcome",
  "failure",
  "--category",
  "c",
  ...more,
];

test.each<[what: string, args: string[], status: number, message: RegExp]>([
  ["nothing to log", ["log"], 2, /Nothing to log\. Say what happened/],
  [
    "an outcome that is none of three",
    ["log", "--task", "t", "--category", "c", "--outcome", "meh"],
    2,
    /"meh" is not an outcome\. Use one of success, failure, partial/,
  ],
  ["an outcome without a task", ["log", "--outcome", "failure", "--category", "c"], 2, /task is missing/],
  ["an outcome without a category", ["log", "--task", "t", "--outcome", "failure"], 2, /category is missing/],
  [
    "a negative duration",
    logged("--duration=-5"),
    2,
    /--duration is "-5"\. Give a whole number of at least 0/,
  ],
  ["a duration that is no number", logged("--duration", "long"), 2, /--duration is "long"/],
  [
    "a note over 64 KiB",
    logged("--notes", "n".repeat(65_537)),
    2,
    /notes is longer than \d+ bytes\. Shorten it/,
  ],
  ["an outcome of no proposal", logged("--improvement-id", "99"), 3, /There is no proposal 99/],
  ["no days at all", ["analyze", "--days", "0"], 2, /--days is "0"\. Give a whole number from 1 to 3650/],
  ["more days than there are", ["analyze", "--days", "99999999"], 2, /--days is "99999999"/],
  ["half a failure", ["analyze", "--min-failures", "0.5"], 2, /--min-failures is "0\.5"/],
  ["a proposal of no analysis", ["propose", "--analysis-id", "9"], 3, /There is no analysis 9/],
  ["a proposal with no analysis at all", ["propose"], 3, /kira-improve analyze/],
  [
    "a proposal from no branch",
    ["propose", "--from", "nowhere"],
    3,
    /There is no commit or branch "nowhere"/,
  ],
  ["a proposal from an option", ["propose", "--from=--all"], 3, /There is no commit or branch "--all"/],
  [
    "a proposal that is one already",
    ["propose", "--from", "good-idea"],
    5,
    /Proposal 1 already has exactly this content/,
  ],
  [
    "a parent that is none",
    ["propose", "--from", "good-idea", "--parent", "main"],
    2,
    /"main" is not a parent\. Write node:<number>/,
  ],
  [
    "a parent that is not there",
    ["propose", "--from", "good-idea", "--parent", "node:7"],
    3,
    /There is no archive node 7/,
  ],
  [
    "adopting and inventing at once",
    ["propose", "--from", "good-idea", "--model", "offline"],
    2,
    /Leave those out/,
  ],
  [
    "a status that is none",
    ["proposals", "--status", "done"],
    2,
    /--status is "done"\. Use one of: draft, testing/,
  ],
  ["showing no proposal", ["proposals", "--show", "9"], 3, /There is no proposal 9/],
  ["evaluating no proposal", ["evaluate", "--proposal-id", "9"], 3, /There is no proposal 9/],
  ["evaluating what is no number", ["evaluate", "--proposal-id", "one"], 2, /--proposal-id is "one"/],
  ["evaluating with no runs", ["evaluate", "--proposal-id", "1", "--runs", "0"], 2, /--runs is "0"/],
  ["evaluating with too many runs", ["evaluate", "--proposal-id", "1", "--runs", "101"], 2, /from 1 to 100/],
  ["merging no proposal", ["merge", "--proposal-id", "9"], 3, /There is no proposal 9/],
  [
    "merging what was not judged",
    ["merge", "--proposal-id", "1"],
    5,
    /has not been evaluated\. Run: kira-improve evaluate --proposal-id 1/,
  ],
  ["a judgement without a reason", ["merge", "--proposal-id", "1", "--on-judgement"], 2, /needs a reason/],
  [
    "a reason without a judgement",
    ["merge", "--proposal-id", "1", "--reason", "r"],
    2,
    /--reason goes with --on-judgement/,
  ],
  ["a rejection for no reason", ["reject", "--proposal-id", "1", "--reason", " "], 2, /needs a reason/],
  ["two things from the archive", ["archive", "--list", "--show", "0"], 2, /one thing at a time/],
  ["a word that archive does not know", ["archive", "drop"], 2, /"drop"\. Use one of: list, show, rollback/],
  ["a node that is not there", ["archive", "--show", "9"], 3, /There is no archive node 9/],
  ["a roll-back to nowhere", ["archive", "--rollback", "9"], 3, /There is no archive node 9/],
  ["a roll-back to where we are", ["archive", "--rollback", "0"], 4, /stands on kira\/archive\/0000 already/],
  [
    "a roll-back in two ways",
    ["archive", "--rollback", "0", "--reset", "--restore"],
    2,
    /exclude each other/,
  ],
  ["a word that tasks does not know", ["tasks", "drop"], 2, /Use one of: list, show, check/],
  ["a task that is not there", ["tasks", "show", "fly"], 3, /There is no task "fly"/],
  ["a task from no outcome", ["tasks", "add", "--from-outcome", "9"], 3, /There is no outcome 9/],
  ["a judge of nothing", ["tasks", "judge"], 2, /needs --sample <n>, --labels <file> or --pairs/],
  ["a judge of two things", ["tasks", "judge", "--labels", "l", "--pairs", "1"], 2, /Give one of them/],
  ["answers to no pairs", ["tasks", "judge", "--labels", "l", "--answers", "a"], 2, /goes with --pairs/],
  ["labels that are not there", ["tasks", "judge", "--labels", "l.jsonl"], 3, /l\.jsonl cannot be read/],
  ["pairs of no proposal", ["tasks", "judge", "--pairs", "9"], 3, /There is no proposal 9/],
  ["an option that it lacks", ["tasks", "judge", "--label", "l"], 2, /Did you mean --labels\?/],
  ["a task from nothing", ["tasks", "add"], 2, /Name it with --from-outcome/],
  ["no operations at all", ["operations", "--limit", "0"], 2, /--limit is "0"\. Give a whole number/],
  ["an undo of nothing", ["undo", "--operation", "zzz"], 3, /There is no operation zzz\. See them with/],
  ["an undo by a misspelt option", ["undo", "--operaton", "1"], 2, /Did you mean --operation\?/],
  ["a backup into nothing", ["backup"], 2, /backup needs <file>/],
  ["a backup into a folder", ["backup", "."], 2, /is a folder\. Name a file/],
  ["a backup into no folder", ["backup", "no/where"], 3, /There is no folder .*Make it/],
  ["a restore from nothing", ["restore"], 2, /restore needs <file>/],
  ["a restore from no file", ["restore", "nope"], 3, /There is no file .*nope/],
  ["a restore from a text", ["restore", "AGENTS.md"], 2, /is not a git bundle/],
  ["a sync with nobody", ["sync"], 2, /There is no remote to share the record with/],
  ["a sync with a stranger", ["sync", "orgin"], 3, /There is no remote "orgin"/],
  ["a revision of nothing", ["propose", "--revise", "9"], 3, /There is no proposal 9/],
  [
    "a layout that is none",
    ["init", "--preset", "emacs"],
    2,
    /Use one of: claude-code, codex, openclaw, generic/,
  ],
])("%s is refused in one line, and nothing changes", async (_, args, status, message) => {
  await expectRefusal(args, { status, message });
});

describe("a bulk log", () => {
  test.each<[what: string, line: string, message: RegExp]>([
    ["that is no JSON", "{task", /^Line 2 is not valid JSON/],
    ["that is no object", "[1]", /^Line 2: this is not a JSON object/],
    ["with an unknown field", outcome({ mood: "bad" }), /^Line 2: "mood" is not a field of an outcome/],
    [
      "with an outcome that is none of three",
      outcome({ outcome: "meh" }),
      /^Line 2: "meh" is not an outcome/,
    ],
    ["with a negative duration", outcome({ duration: -1 }), /^Line 2: duration is -1/],
    ["with a note over 64 KiB", outcome({ notes: "n".repeat(65_537) }), /^Line 2: notes is longer than/],
    ["with a time that is none", outcome({ timestamp: "yesterday" }), /^Line 2: "yesterday" is not a time/],
  ])("with a line %s names the line and records nothing", async (_, line, message) => {
    const stdin = [outcome(), line, outcome()].join("\n");
    await expectRefusal(["log", "--stdin"], { status: 2, message, stdin });
    await expectRefusal(["log", "--stdin"], { status: 2, message: /Nothing was recorded\./, stdin });
  });

  test("records the good lines with --skip-invalid, and says which it left out", async () => {
    await using own = await anAgentRepository();
    const stdin = [
      outcome({ task: "one" }),
      "",
      "{",
      outcome({ task: "two" }),
      outcome({ outcome: "meh" }),
    ].join("\n");
    const said = await kira({ folder: own.folder, stdin }, "log", "--stdin", "--skip-invalid");
    expect(said).toMatchObject({ status: 0, stdout: "Recorded 2 outcomes; 2 lines skipped.\n" });
    expect(said.stderr).toMatch(/^Line 3 is not valid JSON.*\nLine 5: "meh" is not an outcome.*\n$/);
    const { stdout } = await kira({ folder: own.folder }, "status", "--json");
    expect(JSON.parse(stdout).status.total).toMatchObject({ failure: 2, success: 0 });
  });

  test("of nothing is no mistake", async () => {
    const said = await kira({ folder: repository.folder }, "log", "--stdin");
    expect(said).toMatchObject({ status: 0, stdout: "Recorded 0 outcomes.\n" });
  });
});

describe("while another kira-improve is at work", () => {
  // A real second process that holds the writer's lock until its input ends.
  const holder = `
    import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/lock.ts"))};
    using lock = acquireLock(process.argv[1], 0, "evaluate", "2026-01-31T09:30:00.000Z");
    console.log("held");
    for await (const _ of process.stdin);
  `;

  test("a writing command says who holds it and changes nothing, and readers and log go on", async () => {
    const { folder } = repository;
    const lock = join(folder, ".git/kira/writer.lock");
    const other = spawn(process.execPath, ["--input-type=module", "--eval", holder, lock], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    const message = new RegExp(
      `Another kira-improve is at work: evaluate, process ${other.pid}, since 2026-01-31.*Wait until`,
    );
    await expectRefusal(["reject", "--proposal-id", "1", "--reason", "no"], { status: 4, message });
    expect((await kira({ folder }, "proposals")).status).toBe(0);
    expect((await kira({ folder }, ...logged())).status).toBe(0);
    other.stdin.end();
    await once(other, "exit");
    expect((await kira({ folder }, "reject", "--proposal-id", "1", "--reason", "no")).status).toBe(0);
  });
});
