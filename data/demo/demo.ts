// The whole loop on the embedded example, in about a minute. Every figure it prints is measured while it runs.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import type { Proposal } from "../../src/domain/proposal.ts";
import { accuracy, handle, readRequests, toOutcomes } from "./desk.ts";
import { strictGainOnThree } from "./naive.ts";
import { Stage } from "./stage.ts";

const data = fileURLToPath(new URL("..", import.meta.url));
const seeds = 5;
const started = Date.now();
const percent = (x: number) => `${Math.round(100 * x)} %`;

const root = await mkdtemp(join(tmpdir(), "kira-demo-"));
const stage = new Stage(join(root, "front-desk"));
try {
  const contained = await setTheStage();
  const past = await readRequests(join(data, "example/traffic/past.jsonl"));
  const fresh = await readRequests(join(data, "example/traffic/fresh.jsonl"));
  const before = await accuracy(stage.folder, fresh, seeds);
  await work("day 1");
  await whitespace(contained);
  await cheat();
  await stepByStep(contained);
  await work("day 2");
  await together(contained);
  await backAndForth();
  await loseTheIndex();
  const after = await accuracy(stage.folder, fresh, seeds);
  stage.chapter("before and after, on traffic that no step has seen");
  stage.say(
    `${fresh.length} fresh requests, ${seeds} runs each: ${percent(before)} right before, ${percent(after)} after.`,
  );
  stage.say(
    `It took ${Math.round((Date.now() - started) / 1000)} s. The repository is gone; nothing was left behind.`,
  );

  /** The agent does its work, and what really happened is logged. */
  async function work(day: string): Promise<void> {
    const handled = await handle(stage.folder, past, day);
    const right = handled.filter(({ desk, answer }) => desk === answer).length;
    await stage.quietly(["log", "--stdin"], toOutcomes(handled));
    stage.say(
      `${day}: the agent handled ${past.length} requests, ${right} right (${percent(right / past.length)}); each outcome is logged.\n`,
    );
  }
} finally {
  await rm(root, { recursive: true, force: true });
}

async function setTheStage(): Promise<boolean> {
  stage.chapter("an agent in a git repository");
  await cp(join(data, "example"), stage.folder, {
    recursive: true,
    filter: (path) => !path.includes("traffic"),
  });
  await cp(join(data, "tasks"), join(stage.folder, "data/tasks"), { recursive: true });
  const { exitCode } = await execa("bwrap", ["--version"], { reject: false });
  const contained = exitCode === 0;
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["config", "user.name", "Demo"],
    ["config", "user.email", "demo@localhost"],
    ["add", "."],
    ["commit", "-qm", "Kira's front desk"],
  ])
    await execa("git", args, { cwd: stage.folder });
  stage.say(
    "Kira's front desk reads a request and says which of eight desks handles it. No language model is needed\nhere: a small program answers from the routing lines in skills/triage/SKILL.md, and like a model it samples.\n",
  );
  if (!contained) {
    stage.say("bubblewrap is not installed, so the trials of this demo run without a sandbox.\n");
    await execa("git", ["config", "kira.acceptUnsandboxed", "true"], { cwd: stage.folder });
  }
  await stage.kira(["init"]);
  return contained;
}

function unsandboxed(contained: boolean): string[] {
  return contained ? [] : ["--allow-unsandboxed"];
}

/** A change that changes nothing, judged by a common rule and by ours. */
async function whitespace(contained: boolean): Promise<void> {
  stage.chapter("a change that changes nothing");
  const file = join(stage.folder, "AGENTS.md");
  await commitOn(
    "tidy",
    async () => writeFile(file, `${(await readFile(file, "utf8")).trimEnd()}\n\n`),
    "tidy up white space",
  );
  const { proposal } = await stage.ask<{ proposal: Proposal }>("propose", "--from", "tidy");
  const args = ["evaluate", "--proposal-id", String(proposal.id), ...unsandboxed(contained)];
  await stage.kira(args, 10);
  const { evaluations } = await stage.ask<{ evaluations: Evaluation[] }>(
    "proposals",
    "--show",
    String(proposal.id),
  );
  const naive = strictGainOnThree(evaluations.at(-1)!.tasks, 10_000);
  stage.say(
    `A rule in wide use, "better on three tasks, so keep it", says yes to ${percent(naive)} of 10,000 such samples of these trials.\n`,
  );
}

/** A change that makes the exam easier instead of the agent better. */
async function cheat(): Promise<void> {
  stage.chapter("a change that edits its own exam");
  const { tasks } = await stage.ask<{ tasks: { file: string }[] }>("tasks");
  const file = join(stage.folder, tasks[0]!.file);
  await commitOn(
    "cheat",
    async () => writeFile(file, (await readFile(file, "utf8")).replace(/desk: \w+\$/, ".*")),
    "an easier exam",
  );
  await stage.kira(["propose", "--from", "cheat"]);
}

/** Each step by itself: what fails, a change of a setting, its trials, production. */
async function stepByStep(contained: boolean): Promise<void> {
  stage.chapter("learn from the failures, step by step");
  await stage.kira(["analyze"], 9);
  // An odd seed begins with a setting, an even one with a lesson.
  await stage.kira(["propose", "--seed", "3"]);
  const { proposals } = await stage.ask<{ proposals: Proposal[] }>("proposals", "--status", "draft");
  const id = String(proposals.at(-1)!.id);
  await stage.kira(["evaluate", "--proposal-id", id, ...unsandboxed(contained)], 20);
  await stage.kira(["merge", "--proposal-id", id]);
}

/** Eight lessons, one for each desk, too small to be seen alone: they grow from one another and the last is judged. */
async function together(contained: boolean): Promise<void> {
  stage.chapter("the whole cycle in one command");
  await stage.kira(["run", "--together", "--proposals", "8", ...unsandboxed(contained)], 60);
}

async function backAndForth(): Promise<void> {
  stage.chapter("back to the beginning, and forward again");
  const { archive, current } = await stage.ask<{ archive: { id: number }[]; current: number }>(
    "archive",
    "--list",
  );
  if (archive.length < 2)
    return stage.say("Nothing was merged this time, so there is nothing to go back from.\n");
  await stage.kira(["archive", "--rollback", "0"]);
  await stage.kira(["archive", "--rollback", String(current)]);
}

/** The database is only an index: git and the journal tell everything without it. */
async function loseTheIndex(): Promise<void> {
  stage.chapter("delete the database");
  const before = await stage.quietly(["archive", "--list", "--json"]);
  await rm(join(stage.folder, "data/self-improve.db"));
  await stage.kira(["reindex"]);
  const after = await stage.quietly(["archive", "--list", "--json"]);
  stage.say(
    after.stdout === before.stdout
      ? "archive --list --json is the same, byte for byte.\n"
      : "archive --list --json DIFFERS.\n",
  );
  if (after.stdout !== before.stdout) process.exitCode = 1;
  await stage.git(["log", "--graph", "--oneline", "--decorate", "--branches", "--tags"], 24);
}

async function commitOn(branch: string, change: () => Promise<void>, message: string): Promise<void> {
  const git = (...args: string[]) => execa("git", args, { cwd: stage.folder });
  await git("switch", "--quiet", "--create", branch);
  await change();
  await git("commit", "--quiet", "--all", "--message", message);
  await git("switch", "--quiet", "main");
}
