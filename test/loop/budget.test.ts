import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { outputTokens } from "../support/providers/dialect.ts";
import { aModelServer } from "../support/providers/model-server.ts";
import { anAnswer } from "../support/scripted-model.ts";
import {
  aGoodIdea,
  agentConfig,
  anAgentRepository,
  aSpareFolder,
  type Files,
} from "../support/repository.ts";
import { adopted, configWith, evaluated, failuresAbout, shown } from "./support.ts";

/** An agent that counts its calls, each of which costs a quarter of a dollar. */
const costly = (evaluate: object = {}): Files => ({
  ...configWith({
    agent: { ...agentConfig.agent, env: ["KIRA_CALLS"] },
    propose: { ...agentConfig.propose, knobs: [] },
    evaluate: { concurrency: 2, ...evaluate },
  }),
  "agent.sh": `echo x >>"$KIRA_CALLS"
prompt=$(cat)
echo '{"costUsd": 0.25, "tokens": 7, "model": "m-1"}' >"$KIRA_RESULT_FILE"
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then echo yes; else echo no; fi
`,
});

const callsIn = async (file: string) => (await readFile(file, "utf8").catch(() => "")).length / 2;

test.each<[string, string[], string, number]>([
  ["trials", ["--max-trials", "7"], "the limit of 7 trials is reached", 7],
  ["dollars", ["--max-cost", "2"], "the limit of $2 is reached", 8],
  ["minutes", ["--max-minutes", "0.000001"], "the limit of 0.000001 minutes is reached", 0],
])(
  "at a limit of %s it stops and says so; what was paid for is kept, nothing is decided, and the next call goes on",
  async (_, args, limit, calls) => {
    await using repository = await anAgentRepository(costly());
    await using spare = await aSpareFolder();
    const env = { KIRA_CALLS: join(spare.folder, "calls") };
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const stopped = await evaluated(repository, 1, { args, env });
    expect(stopped.status).toBe(6);
    expect(stopped.evaluation).toMatchObject({
      verdict: "inconclusive",
      why: "budget",
      reason: `Not decided yet: ${limit}. What was tried is kept; the same command goes on.`,
      trials: 0,
      ledgerTrials: calls,
      costUsd: calls / 4,
    });
    expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
    expect(await callsIn(env.KIRA_CALLS)).toBe(calls);
    const { evaluation } = await evaluated(repository, 1, { env });
    // 94 trials in all: 70 of the ledger, ten of the candidate, and both arms again where seven results changed.
    const rest = { ledgerTrials: 70 - calls, costUsd: (94 - calls) / 4 };
    expect(evaluation).toMatchObject({ verdict: "improved", trials: 24, ...rest });
    expect(await callsIn(env.KIRA_CALLS)).toBe(94);
    expect(await repository.git("worktree", "list")).not.toContain("kira-trial");
  },
);

test("the configuration's limits hold for each evaluation, and an option replaces one", async () => {
  await using repository = await anAgentRepository(costly({ maxTrials: 4, maxCost: 100 }));
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  expect((await evaluated(repository, 1, { env })).evaluation!.reason).toContain("limit of 4 trials");
  const { status } = await evaluated(repository, 1, { args: ["--max-trials", "90"], env });
  expect([status, await callsIn(env.KIRA_CALLS)]).toEqual([0, 94]);
});

test("a limit of a whole run ends it before another proposal is made, and the tried one waits for more", async () => {
  await using repository = await anAgentRepository(costly());
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await failuresAbout(repository, "dates");
  await failuresAbout(repository, "figs");
  const args = ["run", "--allow-unsandboxed", "--max-trials", "5"];
  type Run = { cycle: { reason: string; attempts: { outcome: string; reason: string }[] } };
  const { cycle } = await kiraJson<Run>({ folder: repository.folder, env }, ...args);
  expect(cycle.reason).toBe("The cycle ended early: the limit of 5 trials is reached.");
  expect(cycle.attempts).toMatchObject([
    {
      outcome: "undecided",
      reason: expect.stringMatching(/^Not decided yet: the limit of 5 trials is reached/),
    },
  ]);
  expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
  expect(await callsIn(env.KIRA_CALLS)).toBe(5);
});

test("what a model costs that proposes is taken from the money of the whole run, and it is said where it went", async () => {
  const edits = [{ kind: "write", path: "skills/lessons.md", content: "- food: dates\n" }];
  await using server = await aModelServer("openai", { script: () => anAnswer({ edits }) });
  const config = JSON.parse(costly()[".kira-improve.json"]!);
  const prices = { "openai:some-model": { input: 0, output: 0.4e6 / outputTokens } };
  const propose = { ...config.propose, prices };
  await using repository = await anAgentRepository({
    ...costly(),
    ".kira-improve.json": JSON.stringify({ ...config, propose }),
  });
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls"), OPENAI_BASE_URL: server.baseUrl };
  await failuresAbout(repository, "dates");
  await failuresAbout(repository, "figs");
  const here = { folder: repository.folder, env };
  const run = ["run", "--allow-unsandboxed", "--model", "openai:some-model", "--max-cost", "1"];
  const { status, stdout } = await kira(here, ...run);
  expect([status, stdout.replace(/\s+/g, " ")]).toEqual([
    6,
    expect.stringMatching(
      /1 proposal tried, 0 merged\. The cycle ended early: the limit of \$1 is reached \(\$0\.4000 went to proposals, \$0\.7500 to trials\)\./,
    ),
  ]);
  expect([server.asked.length, await callsIn(env.KIRA_CALLS)]).toEqual([1, 3]);
});

test("progress tells what is done and at most left, what came out, the time and the money", async () => {
  await using repository = await anAgentRepository(costly());
  await using spare = await aSpareFolder();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const args = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  const { stderr, stdout } = await kira({ folder: repository.folder, env }, ...args);
  const lines = stderr.trim().split("\n");
  expect(lines[0]).toMatch(
    /^ledger of the baseline: 12 of at most 120 trials  baseline \d\.\d{3}  at most about \d+ s left, \$3\.00 spent and at most about \$27\.00 to come$/,
  );
  expect(lines.at(-1)).toMatch(/^ledger of the baseline: 60 of at most 120 trials /);
  expect(stdout.replace(/\s+/g, " ")).toMatch(
    /24 trials, 70 for the ledger of production, made once, .* of agent\s+time,\s+cost\s+\$23\.50/,
  );
});

test.each<[string, string[], RegExp]>([
  ["trials", ["--max-trials", "0"], /^--max-trials is "0"\. Give a whole number/],
  ["cost", ["--max-cost=-1"], /^--max-cost is "-1"\. Give a number above 0/],
  ["minutes", ["--max-minutes", "soon"], /^--max-minutes is "soon"\. Give a number above 0/],
])("a limit on %s that is none is refused", async (_, args, said) => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const { status, error } = await evaluated(repository, 1, { args });
  expect([status, error!.message]).toEqual([2, expect.stringMatching(said)]);
});
