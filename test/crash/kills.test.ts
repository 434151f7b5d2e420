import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { randomNumbers } from "../../src/domain/random.ts";
import { kiraJson } from "../support/kira.ts";
import { aSpareFolder } from "../support/repository.ts";
import { answersOf, expectWhole, recordOf } from "./facts.ts";
import { manyIdeas } from "./templates.ts";
import { buildTool, clock, type Tool } from "./tool.ts";

const kills = Number(process.env["KIRA_KILLS"] ?? 300);
const workers = 4;
const ideas = 80;
const seed = "kills 1";

let tool: Tool;
beforeAll(async () => {
  tool = await buildTool();
});
afterAll(() => tool[Symbol.asyncDispose]());

interface Run {
  readonly killed: boolean;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the tool in a process group of its own, all of which is killed after so many milliseconds. */
async function run(folder: string, args: readonly string[], input: string, afterMs: number): Promise<Run> {
  const child = spawn(process.execPath, [tool.bin, ...args, "--json"], {
    cwd: folder,
    env: { ...process.env, ...clock },
    detached: true,
  });
  child.stdin.on("error", () => undefined); // killed before it read anything
  child.stdin.end(input);
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = new Promise<[number | null, string | null]>((resolve) =>
    child.once("exit", (status, signal) => resolve([status, signal])),
  );
  const timer = setTimeout(() => child.exitCode === null && process.kill(-child.pid!, "SIGKILL"), afterMs);
  const [status, signal] = await ended;
  clearTimeout(timer);
  const [stdout, stderr] = await said;
  return { killed: signal === "SIGKILL", status, stdout, stderr };
}

/** What was confirmed, each as a sentence about the record that has to be true for ever. */
type Confirmed = readonly string[];

interface Deed {
  readonly args: readonly string[];
  readonly input?: string;
  /** What its document confirms. */
  readonly confirms: (document: never) => Confirmed;
}

/** What the record says, in the sentences that the commands confirmed. */
async function sentencesOf(folder: string): Promise<Set<string>> {
  const sentences = (await recordOf({ folder })).map((entry) => {
    switch (entry.kind) {
      case "outcome":
        return `outcome ${entry.id}: ${entry.task}`;
      case "analysis":
        return `analysis ${entry.id}: ${entry.uuid}`;
      case "proposal":
        return `proposal ${entry.id}: ${entry.commit}`;
      case "evaluation":
        return `evaluation ${entry.id}: ${entry.uuid} ${entry.verdict}`;
      case "decision":
        return `rejected ${entry.proposalId}`;
      case "node":
        return `node ${entry.id}: ${entry.commit} of ${entry.proposalId}`;
      default:
        return "";
    }
  });
  return new Set(sentences);
}

function deeds(random: () => number, mark: string): Deed {
  const some = (n: number) => String(1 + Math.floor(random() * n));
  const chance = random();
  type Outcome = { outcome: { id: number; task: string } };
  type Proposal = { proposal: { id: number; commit: string; status: string } };
  type Evaluation = { evaluation: { id: number; uuid: string; verdict: string } };
  type Node = { node: { id: number; commit: string; proposalId: number | null } };
  if (chance < 0.3)
    return {
      args: ["log", "--task", mark, "--outcome", "failure", "--category", "food"],
      confirms: ({ outcome: { id, task } }: Outcome) => [`outcome ${id}: ${task}`],
    };
  if (chance < 0.4) {
    const tasks = Array.from({ length: 20 }, (_, i) => `${mark} ${i}`);
    return {
      args: ["log", "--stdin"],
      input: tasks.map((task) => JSON.stringify({ task, outcome: "success", category: "food" })).join("\n"),
      confirms: ({ lastId }: { lastId: number }) =>
        tasks.map((task, i) => `outcome ${lastId - tasks.length + 1 + i}: ${task}`),
    };
  }
  if (chance < 0.48)
    return {
      args: ["analyze"],
      confirms: ({ analysis: { id, uuid } }: { analysis: { id: number; uuid: string } }) => [
        `analysis ${id}: ${uuid}`,
      ],
    };
  if (chance < 0.7)
    return {
      args: ["propose", "--from", `idea-${some(ideas - 1)}`],
      confirms: ({ proposal: { id, commit } }: Proposal) => [`proposal ${id}: ${commit}`],
    };
  if (chance < 0.8)
    return {
      args: ["evaluate", "--proposal-id", some(12), "--runs", "1", "--allow-unsandboxed"],
      confirms: ({ evaluation: { id, uuid, verdict } }: Evaluation) => [
        `evaluation ${id}: ${uuid} ${verdict}`,
      ],
    };
  if (chance < 0.9)
    return {
      args: ["merge", "--proposal-id", some(12), "--on-judgement", "--reason", "a test"],
      confirms: ({ node: { id, commit, proposalId } }: Node) => [`node ${id}: ${commit} of ${proposalId}`],
    };
  if (chance < 0.97)
    return {
      args: ["reject", "--proposal-id", some(12), "--reason", "a test"],
      confirms: ({ proposal: { id } }: Proposal) => [`rejected ${id}`],
    };
  return { args: ["archive", "--rollback", "0"], confirms: () => [] };
}

test(
  `${kills} kills while ${workers} work at once: what was confirmed is there`,
  { timeout: 900_000 },
  async () => {
    await using trials = await aSpareFolder();
    vi.stubEnv("TMPDIR", trials.folder);
    await using repository = await manyIdeas(ideas);
    const { folder } = repository;
    const began = performance.now();
    await run(folder, ["log", "--task", "first", "--outcome", "failure", "--category", "food"], "", 60_000);
    const usualMs = performance.now() - began;

    const confirmed = new Set<string>();
    const count = { killed: 0, ended: 0, busy: 0 };
    const work = async (worker: number) => {
      const numbers = randomNumbers(`${seed} ${worker}`);
      const random = () => numbers.next().value;
      for (let i = 0; count.killed < kills; i++) {
        const deed = deeds(random, `work ${worker} ${i}`);
        // Some die while they start, most in the middle; what takes no longer than usual often gets to its end.
        const said = await run(folder, deed.args, deed.input ?? "", usualMs * (0.3 + 4 * random()));
        if (said.killed) count.killed++;
        else count.ended++;
        if (said.status === 4) count.busy++;
        // A bug is 1; everything else is an answer.
        const answer = `${deed.args.join(" ")}: ${said.stderr}`;
        if (!said.killed) expect([0, 3, 4, 5, 6], answer).toContain(said.status);
        if (said.stdout !== "")
          for (const sentence of deed.confirms(JSON.parse(said.stdout) as never)) confirmed.add(sentence);
      }
    };
    await Promise.all(Array.from({ length: workers }, (_, i) => work(i)));
    // What a killed process started in the background may still be ending.
    await sleep(500);

    await kiraJson({ folder, env: clock }, "status");
    const told = await sentencesOf(folder);
    const lost = [...confirmed].filter((sentence) => !told.has(sentence));
    console.log(
      `kills: ${count.killed}, ended by themselves: ${count.ended} (${count.busy} found another at work), acknowledged facts: ${confirmed.size}, lost: ${lost.length}`,
    );
    expect(lost).toEqual([]);
    expect(confirmed.size).toBeGreaterThan(kills / 10);
    await expectWhole({ folder }, "afterwards");
    const answers = await answersOf({ folder });
    await rm(`${folder}/data`, { recursive: true });
    expect(await answersOf({ folder })).toBe(answers);
    vi.unstubAllEnvs();
  },
);
