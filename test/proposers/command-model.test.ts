import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { anUpstream, type Script } from "../gateway/upstream.ts";
import { missing } from "../hostile/support.ts";
import { adopted, configWith, evaluated, failuresAbout } from "../loop/support.ts";
import { kira, kiraJson } from "../support/kira.ts";
import {
  agentConfig,
  anAgentRepository,
  aTask,
  type Files,
  type TestRepository,
} from "../support/repository.ts";

const secret = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789";

/** A program that asks a model so many times, by what its environment says, and edits a file whatever it hears. */
const asking = (times: number) => `
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key } = process.env;
const fs = require("node:fs");
const body = JSON.stringify({ model: "claude-test-1", prompt: fs.readFileSync(0, "utf8") });
(async () => {
  const heard = [];
  for (let i = 0; i < ${times}; i++)
    heard.push((await fetch(url + "/v1/messages", { method: "POST", headers: { "x-api-key": key }, body })).status);
  fs.appendFileSync("skills/lessons.md", "- food: dates " + JSON.stringify(process.env).includes("real-key") + "\\n");
  console.log("I heard " + heard + ".");
})();`;

const answering: Script = (_, response) => {
  const usage = { input_tokens: 400, output_tokens: 100 };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ model: "claude-test-1", content: [], usage }));
};

interface Place extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly here: { readonly folder: string; readonly env: Readonly<Record<string, string>> };
  readonly asked: () => number;
}

async function learning(command: readonly string[], propose: object = {}, files: Files = {}): Promise<Place> {
  const upstream = await anUpstream(answering);
  const repository = await anAgentRepository({
    ...configWith({
      propose: {
        ...{ model: "command:fixer", commands: { fixer: { command, timeoutSeconds: 30 } } },
        ...{ prices: { "claude-test-1": { input: 10, output: 60 } }, ...propose },
      },
      evaluate: { ...agentConfig.evaluate, network: "llm" },
    }),
    ...files,
  });
  await failuresAbout(repository, "dates");
  await kiraJson({ folder: repository.folder }, "analyze");
  const env = { ANTHROPIC_BASE_URL: upstream.url, ANTHROPIC_API_KEY: "real-key" };
  return {
    ...{ repository, here: { folder: repository.folder, env }, asked: () => upstream.seen.length },
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]();
      await repository[Symbol.asyncDispose]();
    },
  };
}

test.skipIf(missing)(
  "a command that needs a model asks through the gateway, and what that cost is recorded with what was said",
  async () => {
    await using place = await learning(["node", "-e", asking(2)]);
    const { proposal, patch } = await kiraJson<{ proposal: object; patch: string }>(place.here, "propose");
    expect(proposal).toMatchObject({
      model: "command:fixer (claude-test-1)",
      costUsd: expect.closeTo(0.02, 9),
      asked: { rounds: 1, inputTokens: 800, outputTokens: 200 },
    });
    expect(patch).toContain("+- food: dates false");
    const raw = (await kira(place.here, "proposals", "--show", "1", "--raw")).stdout;
    for (const words of ["# System", "## What to do", "I heard 200,200."]) expect(raw).toContain(words);
  },
);

test.skipIf(missing).each<[what: string, propose: object, args: string[], status: number, said: RegExp]>([
  [
    "propose.maxCost",
    { maxCost: 0.015 },
    [],
    6,
    /^command:fixer was cut off, and nothing was made: the limit of \$0\.015 is reached\. Raise propose\.maxCost/,
  ],
  ["--max-cost", {}, ["--max-cost", "0.015"], 6, /cut off.*the limit of \$0\.015 is reached/],
  [
    "a limit that cannot be kept",
    { maxCost: 5, prices: {} },
    [],
    2,
    /cut off.*no price of anthropic:claude-test-1 is known.*Give it one in propose\.prices/,
  ],
])("a command is cut off at %s, and nothing is made", async (_, propose, args, status, said) => {
  await using place = await learning(["node", "-e", asking(4)], propose);
  const ended = await kira(place.here, "propose", ...args);
  expect([ended.status, ended.stderr.trim().split("\n").at(-1)]).toEqual([
    status,
    expect.stringMatching(said),
  ]);
  expect(place.asked()).toBe(status === 2 ? 1 : 2);
  expect(await place.repository.git("for-each-ref", "refs/heads/kira")).toBe("");
});

test.skipIf(missing)(
  "a command is told what a model would be, as --show-prompt prints it: seen tasks, and no exam, criterion or secret",
  async () => {
    const files = {
      ...aTask("dates", { split: "held-out", prompt: "A hidden question: Do you know dates" }),
      ...aTask("jam", {
        criteria: [
          { type: "text", equals: "yes" },
          { type: "text", matches: "^certainly-not-shown|yes" },
        ],
      }),
    };
    const script = 'cp "$KIRA_TASK_FILE" skills/told.md';
    await using place = await learning(["sh", "-c", script], {}, files);
    const { repository, here } = place;
    const stdin = JSON.stringify({
      ...{ task: "Do you know dates", outcome: "failure", category: "food", notes: `key ${secret}` },
    });
    await kiraJson({ ...here, stdin }, "log", "--stdin");
    await kiraJson(here, "analyze");
    await repository.git("switch", "--quiet", "--create", "dull");
    await repository.commit({ "skills/dull.md": "Nothing.\n" });
    await repository.git("switch", "--quiet", "main");
    await adopted(repository, "dull");
    await evaluated(repository, 1, { env: here.env });

    const shown = await kira(here, "propose", "--model", "command:fixer", "--show-prompt");
    const { proposal } = await kiraJson<{ proposal: { branch: string; seenTasks: string[] } }>(
      here,
      "propose",
    );
    const told = await repository.git("show", `${proposal.branch}:skills/told.md`);
    const { prompt } = await kiraJson<{ prompt: { system: string; user: string } }>(
      ...([here, "propose", "--show-prompt", "--parent", "node:0"] as const),
    );
    expect(shown.stdout).toContain(prompt.system);
    for (const part of [
      "the smallest change",
      "File skills/lessons.md (whole):",
      '"answer":"no',
      "## What to do",
    ]) {
      expect(told).toContain(part);
      expect(shown.stdout).toContain(part);
    }
    expect(shown.stdout).toContain(told.slice(prompt.system.length).trim());
    expect(proposal.seenTasks.length).toBeGreaterThan(0);
    for (const name of proposal.seenTasks) expect(told).toContain(`"name":"${name}"`);
    expect(told).toContain("[redacted");
    for (const hidden of ["A hidden question", "certainly-not-shown", secret, "JSON Schema"])
      expect(told).not.toContain(hidden);
    expect(await readFile(join(repository.folder, "data/tasks/knows-dates.json"), "utf8")).toContain(
      "hidden",
    );
  },
);
