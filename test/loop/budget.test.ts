import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
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
    evaluate: { runs: 1, concurrency: 2, ...evaluate },
  }),
  "agent.sh": `echo x >>"$KIRA_CALLS"
prompt=$(cat)
echo '{"costUsd": 0.25, "tokens": 7, "model": "m-1"}' >"$KIRA_RESULT_FILE"
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then echo yes; else echo no; fi
`,
});

const callsIn = async (file: string) => (await readFile(file, "utf8").catch(() => "")).length / 2;

test.each<[string, string[], RegExp, number]>([
  [
    "trials",
    ["--max-trials", "7"],
    /^Stopped after 7 of 20 trials \(7 now, for \$1\.75\): the limit of 7 trials is reached\./,
    7,
  ],
  [
    "dollars",
    ["--max-cost", "2"],
    /^Stopped after 8 of 20 trials \(8 now, for \$2\.00\): the limit of \$2 is reached\./,
    8,
  ],
  [
    "minutes",
    ["--max-minutes", "0.000001"],
    /^Stopped after 0 of 20 trials \(0 now, for \$0\.00\): the limit of 0\.000001 minutes is reached\./,
    0,
  ],
])(
  "at a limit of %s it stops and says so; what was paid for is kept, no look is used up, and the next call goes on",
  async (_, args, said, calls) => {
    await using repository = await anAgentRepository(costly());
    await using spare = await aSpareFolder();
    const env = { KIRA_CALLS: join(spare.folder, "calls") };
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const stopped = await evaluated(repository, 1, { args, env });
    expect([stopped.status, stopped.evaluation]).toEqual([6, undefined]);
    expect(stopped.error!.message).toMatch(said);
    expect(stopped.error!.message).toMatch(/Go on with: kira-improve evaluate --proposal-id 1\.$/);
    expect(await callsIn(env.KIRA_CALLS)).toBe(calls);
    const { evaluation } = await evaluated(repository, 1, { env });
    expect(evaluation).toMatchObject({ verdict: "improved", look: 1, trials: 20, costUsd: 5 });
    expect(await callsIn(env.KIRA_CALLS)).toBe(20);
    expect(await repository.git("worktree", "list")).not.toContain("kira-trial");
  },
);

test("the configuration's limits hold for each evaluation, and an option replaces one", async () => {
  await using repository = await anAgentRepository(costly({ maxTrials: 4, maxCost: 100 }));
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  expect((await evaluated(repository, 1, { env })).error!.message).toContain("limit of 4 trials");
  const { status } = await evaluated(repository, 1, { args: ["--max-trials", "16"], env });
  expect([status, await callsIn(env.KIRA_CALLS)]).toEqual([0, 20]);
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
    { outcome: "undecided", reason: expect.stringMatching(/^Stopped after 5 of/) },
  ]);
  expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
  expect(await callsIn(env.KIRA_CALLS)).toBe(5);
});

test("progress tells what is done and left, the estimate with its interval, the time and the money", async () => {
  await using repository = await anAgentRepository(costly());
  await using spare = await aSpareFolder();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const args = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  const { stderr, stdout } = await kira({ folder: repository.folder, env }, ...args);
  const lines = stderr.trim().split("\n");
  expect(lines[4]).toMatch(
    /^10\/20 trials  baseline \d\.\d{3}  candidate \d\.\d{3}  [+−]\d\.\d{3} \(95 %: .* to .*\)  about \d+ s left, \$2\.50 spent and about \$2\.50 to come$/,
  );
  expect(lines.at(-1)).toMatch(/^20\/20 trials .* about 0 s left, \$5\.00 spent and about nothing to come$/);
  expect(stdout).toMatch(/0 baseline and 0 candidate infrastructure\s+errors/);
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
