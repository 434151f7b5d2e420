import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { shuffled } from "../../src/domain/random.ts";
import { kira } from "../support/kira.ts";
import { aSpareFolder, type TestRepository } from "../support/repository.ts";
import { expectWhole, type Facts, factsOf, openSteps } from "./facts.ts";
import { backupFile, emptied, shared } from "./shared-templates.ts";
import {
  bare,
  committed,
  copyOf,
  eventful,
  fresh,
  movedOn,
  outcomes,
  rolledBack,
  turnedDown,
  withoutIndex,
} from "./templates.ts";
import { buildTool, clock, type Command, runTool, type Tool } from "./tool.ts";

/** So many moments of a command at most, chosen by a seed, unless all are asked for. */
const most =
  process.env["KIRA_SWEEP"] === "all" ? Number.POSITIVE_INFINITY : Number(process.env["KIRA_SWEEP"] ?? 3);
const seed = "sweep 1";
const together = 3;

interface Case extends Command {
  readonly in: () => Promise<TestRepository>;
  /**
   * What a kill may leave: all or nothing; a part, from which the same command goes on to the same end; or a part that
   * stays while the command begins anew.
   */
  readonly leaves: "all or nothing" | "a part" | "a beginning";
}

const cases: readonly Case[] = [
  { in: bare, leaves: "a part", args: ["init"] },
  { in: fresh, leaves: "a part", args: ["init"] },
  { in: eventful, leaves: "all or nothing", args: ["init"] },
  {
    in: eventful,
    leaves: "all or nothing",
    args: ["log", "--task", "Find figs", "--outcome", "failure", "--category", "food"],
  },
  { in: eventful, leaves: "all or nothing", args: ["log", "--stdin"], stdin: outcomes },
  { in: eventful, leaves: "all or nothing", args: ["analyze"] },
  { in: eventful, leaves: "all or nothing", args: ["propose"] },
  { in: eventful, leaves: "all or nothing", args: ["propose", "--from", "another"] },
  {
    in: eventful,
    leaves: "a part",
    args: ["evaluate", "--proposal-id", "3", "--runs", "2", "--allow-unsandboxed"],
  },
  { in: eventful, leaves: "all or nothing", args: ["merge", "--proposal-id", "2"] },
  { in: eventful, leaves: "all or nothing", args: ["reject", "--proposal-id", "3", "--reason", "too brief"] },
  { in: eventful, leaves: "a part", args: ["archive", "--rollback", "0"] },
  { in: eventful, leaves: "all or nothing", args: ["archive", "--rollback", "0", "--restore"] },
  { in: rolledBack, leaves: "all or nothing", args: ["archive", "--rollback", "1"] },
  { in: eventful, leaves: "a part", args: ["undo"] },
  { in: movedOn, leaves: "a part", args: ["undo"] },
  { in: turnedDown, leaves: "a part", args: ["undo"] },
  { in: movedOn, leaves: "all or nothing", args: ["propose", "--revise", "3"] },
  {
    in: eventful,
    leaves: "a part",
    args: ["compare", "main", "another", "--runs", "2", "--allow-unsandboxed"],
  },
  { in: eventful, leaves: "a part", args: ["audit", "--allow-unsandboxed"] },
  { in: shared, leaves: "a part", args: ["sync"] },
  { in: emptied, leaves: "a part", args: ["restore", backupFile] },
  { in: eventful, leaves: "a beginning", args: ["backup", backupFile, "--force"] },
  { in: eventful, leaves: "a beginning", args: ["backup", backupFile] },
  { in: eventful, leaves: "a beginning", args: ["run", "--allow-unsandboxed"] },
  { in: eventful, leaves: "all or nothing", args: ["tasks", "add", "--from-outcome", "1"] },
  { in: eventful, leaves: "all or nothing", args: ["tasks", "disable", "knows-figs"] },
  { in: eventful, leaves: "all or nothing", args: ["reindex"] },
  { in: committed, leaves: "all or nothing", args: ["status"] },
  { in: withoutIndex, leaves: "all or nothing", args: ["status"] },
];

/** In these the tool has not been set up. */
const notSetUp: readonly Case["in"][] = [bare, fresh, emptied];

const templates = new Map<Case["in"], TestRepository>();
const total = { begun: 0, moments: 0, kills: 0 };
let tool: Tool;
let spare: Awaited<ReturnType<typeof aSpareFolder>>;
let trials: Awaited<ReturnType<typeof aSpareFolder>>;

beforeAll(async () => {
  [tool, spare, trials] = await Promise.all([buildTool(), aSpareFolder(), aSpareFolder()]);
});
afterAll(async () => {
  for (const place of [...templates.values(), tool, spare, trials]) await place[Symbol.asyncDispose]();
  console.log(`swept: ${total.begun} commands, ${total.kills} kills at ${total.moments} moments`);
});

test.each(cases)("$in.name: $args killed at any moment", { timeout: 900_000 }, async (command) => {
  const template = templates.get(command.in) ?? (await command.in());
  templates.set(command.in, template);
  vi.stubEnv("TMPDIR", trials.folder);
  try {
    await sweep(template, command);
    expect(await readdir(trials.folder)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});

async function sweep(template: TestRepository, command: Case): Promise<void> {
  const twins = await untouchedAndDone(template, command);
  const all = twins.moments.map((_, i) => i + 1);
  const queue = shuffled(all, `${seed} ${command.args.join(" ")}`).slice(0, most);
  const count = { visited: queue.length, kills: 0 };
  const work = async () => {
    for (let n = queue.shift(); n !== undefined; n = queue.shift())
      if (await killedAt(n, template, command, twins)) count.kills++;
  };
  await Promise.all(Array.from({ length: together }, work));
  console.log(`${command.args.join(" ")}: ${count.kills} kills, ${count.visited} of ${all.length} moments`);
  // Trials that run at the same time may need a step less.
  expect(count.kills).toBeGreaterThanOrEqual(count.visited - 2);
  total.moments += all.length;
  total.kills += count.kills;
}

interface Twins {
  readonly before: Facts | undefined;
  readonly after: Facts;
  readonly moments: readonly string[];
}

/** How a repository looks that nothing was done to, and one where nobody was in the way. */
async function untouchedAndDone(template: TestRepository, command: Case): Promise<Twins> {
  await using untouched = await copyOf(template);
  const before = await seen(untouched);
  await using done = await copyOf(template);
  const trace = join(spare.folder, `moments ${total.begun++}`);
  const { status, stderr } = await runTool(tool, done.folder, command, { KIRA_FAILPOINT_TRACE: trace });
  expect([0, 5, 6], stderr).toContain(status);
  return {
    before,
    after: (await seen(done))!,
    moments: readFileSync(trace, "utf8").trim().split("\n"),
  };
}

/** The facts, once the next command has looked; none before `init`. */
async function seen(place: { readonly folder: string }): Promise<Facts | undefined> {
  const { status, stderr } = await kira({ folder: place.folder, env: clock }, "status");
  expect([0, 2, 4], stderr).toContain(status);
  return status === 0 && existsSync(join(place.folder, ".git/kira/clone-id")) ? factsOf(place) : undefined;
}

/** @returns whether it was killed, and had not ended before */
async function killedAt(n: number, template: TestRepository, command: Case, twins: Twins): Promise<boolean> {
  await using place = await copyOf(template);
  const moment = `${command.args.join(" ")}, ${twins.moments[n - 1]}`;
  const { killed, stdout } = await runTool(tool, place.folder, command, { KIRA_FAILPOINT: String(n) });
  const begun = existsSync(join(place.folder, ".git/kira/clone-id")) ? await openSteps(place) : 0;

  const next = await kira({ folder: place.folder, env: clock }, "status");
  // Of a repository that is half restored, it asks for the other half.
  const fine = notSetUp.includes(command.in) ? [0, 2, ...(command.in === emptied ? [4] : [])] : [0];
  expect(fine, `${moment}: ${next.stderr}`).toContain(next.status);
  if (begun > 0) expect(next.stderr, moment).toContain("interrupted");
  const left = await seen(place);
  const isDone = same(left, twins.after);
  if (killed && stdout !== "") expect(left, `${moment}: said, and not there`).toEqual(twins.after);
  if (command.leaves === "all or nothing" && !same(left, twins.before))
    expect(left, moment).toEqual(twins.after);

  const again = await kira({ folder: place.folder, env: clock, stdin: command.stdin ?? "" }, ...command.args);
  expect(again.status, `${moment}, again: ${again.stderr}`).not.toBe(1);
  if (command.leaves !== "a beginning" && !isDone) expect(await seen(place), moment).toEqual(twins.after);
  if (command.leaves === "a beginning") {
    const end = (await seen(place))!;
    expect(end.record, moment).toEqual(expect.arrayContaining([...(left?.record ?? [])]));
  }
  await expectWhole(place, moment);
  return killed;
}

const same = (one: Facts | undefined, other: Facts | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);
