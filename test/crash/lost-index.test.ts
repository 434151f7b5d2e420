import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomNumbers } from "../../src/domain/random.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { failuresAbout, idea } from "../loop/support.ts";
import { buildTool, type Command, runTool, type Tool } from "./tool.ts";

let tool: Tool;
beforeAll(async () => (tool = await buildTool()), 120_000);
afterAll(() => tool[Symbol.asyncDispose]());

const every = ["", "-wal", "-shm"];
/** What anybody may do to the index while somebody works with it. */
const losses: Readonly<Record<string, (file: string) => void>> = {
  "all of it is deleted": (file) => every.forEach((end) => rmSync(file + end, { force: true })),
  "the database is deleted": (file) => rmSync(file, { force: true }),
};

const outcomes = Array.from({ length: 3000 }, (_, i) =>
  JSON.stringify({ task: `Pay ${i}`, outcome: i % 3 ? "success" : "failure", category: "money" }),
).join("\n");
const work: readonly Command[] = [
  { args: ["log", "--stdin"], stdin: outcomes },
  { args: ["propose", "--from", "good-idea"] },
  { args: ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"] },
  { args: ["evaluate", "--proposal-id", "2", "--allow-unsandboxed"] },
  { args: ["merge", "--proposal-id", "2"] },
  { args: ["run", "--allow-unsandboxed", "--model", "offline"] },
];
const questions = [
  ["status"],
  ["proposals"],
  ["archive", "--list"],
  ["proposals", "--show", "1"],
  ["proposals", "--show", "2"],
  ["proposals", "--show", "2", "--trials"],
];

async function aStart(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  await aGoodIdea(repository);
  await failuresAbout(repository, "dates");
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  return repository;
}

/** Without what is drawn by lot or measured, and commits that follow from it. */
const normal = (text: string) =>
  text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
    .replaceAll(/\b[0-9a-f]{40}\b/g, "<oid>")
    .replaceAll(/"uuid":"[0-9a-f]{32}"/g, '"uuid":"<digest>"')
    .replaceAll(/"(durationMs|timestamp)":("[^"]*"|[\d.]+)/g, '"$1":0');

/** Does the work, and meanwhile to the index whatever is asked; what is answered afterwards. */
async function lived(
  repository: TestRepository,
  disturb: (running: () => boolean) => Promise<void>,
): Promise<{ statuses: (number | undefined)[]; answers: string[] }> {
  const statuses: (number | undefined)[] = [];
  for (const command of work) {
    let runs = true;
    const ended = runTool(tool, repository.folder, command).finally(() => (runs = false));
    const [{ status }] = await Promise.all([ended, disturb(() => runs)]);
    statuses.push(status);
  }
  const answers: string[] = [];
  for (const args of questions)
    answers.push(normal((await runTool(tool, repository.folder, { args: [...args, "--json"] })).stdout));
  return { statuses, answers };
}

test("an index that is deleted again and again while commands work changes no later answer", async () => {
  await using alone = await aStart();
  const expected = await lived(alone, async () => undefined);
  expect(expected.statuses.slice(0, 2)).toEqual([0, 0]);
  let lost = 0;
  for (const [name, lose] of Object.entries(losses)) {
    const random = randomNumbers(name);
    await using repository = await aStart();
    const file = join(repository.folder, "data/self-improve.db");
    const found = await lived(repository, async (running) => {
      while (running()) {
        await sleep(random.next().value * 400);
        if (!running()) break;
        lose(file);
        lost++;
      }
    });
    expect({ name, ...found }).toEqual({ name, ...expected });
  }
  console.log(`the index was lost ${lost} times under ${work.length * Object.keys(losses).length} commands`);
  expect(lost).toBeGreaterThan(10);
}, 600_000);
