import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import {
  aGoodIdea,
  agentConfig,
  anAgentRepository,
  aSpareFolder,
  aTask,
  type Files,
} from "../support/repository.ts";
import { adopted, configWith, evaluated, idea, journalOf, refusal, shown } from "./support.ts";

const knows = `prompt=$(cat)
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then echo yes; else echo no; fi
`;
const agent = { ...agentConfig.agent, env: ["KIRA_CALLS", "KIRA_DOWN"] };
/** An agent whose provider is down while a file says so; it counts its calls. */
const dependent: Files = {
  ...configWith({ agent, evaluate: { concurrency: 4 } }),
  "agent.sh": `echo x >>"$KIRA_CALLS"
if [ -e "$KIRA_DOWN" ] && grep -q dates skills/lessons.md; then echo "no route to the model" >&2; exit 75; fi
${knows}`,
};

test("failures of what the agent depends on are no verdict; good trials are kept and not run again", async () => {
  await using repository = await anAgentRepository(dependent);
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls"), KIRA_DOWN: join(spare.folder, "down") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await writeFile(env.KIRA_DOWN, "");
  const down = await evaluated(repository, 1, { env });
  expect([down.status, down.evaluation], JSON.stringify(down.error)).toEqual([7, undefined]);
  expect(down.error!.message).toMatch(
    /no verdict: 0 of 70 baseline and 10 of 10 candidate.*no route to the model/,
  );
  expect(await shown(repository, 1)).toMatchObject({ status: expect.stringMatching(/^draft$|^testing$/) });
  expect((await journalOf(repository)).match(/"kind":"trial"/g)).toHaveLength(70);

  await writeFile(env.KIRA_CALLS, "");
  const up = await evaluated(repository, 1, { env: { ...env, KIRA_DOWN: join(spare.folder, "up") } });
  expect(up.evaluation).toMatchObject({ verdict: "improved", trials: 24, ledgerTrials: 0 });
  expect(await readFile(env.KIRA_CALLS, "utf8")).toBe("x\n".repeat(24));
});

test("where every trial fails, it is soon no longer waited for, and each arm's errors are told", async () => {
  await using repository = await anAgentRepository({
    ...dependent,
    "agent.sh": `echo x >>"$KIRA_CALLS"; echo "no route to the model" >&2; exit 75\n`,
  });
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls"), KIRA_DOWN: join(spare.folder, "down") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const { status, error } = await evaluated(repository, 1, { env });
  expect([status, error!.message]).toEqual([
    7,
    expect.stringContaining("10 of 10 baseline and 0 of 0 candidate trials failed"),
  ]);
  // Three tries each for those that were under way when the third had failed for good, and one for all others.
  expect((await readFile(env.KIRA_CALLS, "utf8")).length / 2).toBeLessThanOrEqual(10 + 2 * 6);
  expect(await journalOf(repository)).not.toContain('"kind":"trial"');
});

test.each<[string, object, RegExp]>([
  [
    "is not there",
    { agent: { ...agent, command: ["no-such-agent"] } },
    /^7 The program "no-such-agent" cannot be started/,
  ],
  ["is not configured", { agent: { use: "command" } }, /^2 The agent has no command/],
])("an agent that %s is said to be, and nothing is judged", async (_, changes, said) => {
  await using repository = await anAgentRepository(configWith(changes));
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  expect(await refusal(repository, "evaluate", "--proposal-id", "1", "--allow-unsandboxed")).toMatch(said);
  expect(await shown(repository, 1)).toMatchObject({ status: "draft" });
});

test.each<[string, object, string[]]>([
  ["mounts a folder", { agent: { ...agent, mounts: ["/opt"] } }, ["--add", "kira.allowMount", "/opt"]],
  ["opens the host's network", { evaluate: { network: "host" } }, ["kira.allowNetwork", "host"]],
])("a configuration that %s needs the user's word in this clone first", async (_, changes, approval) => {
  await using repository = await anAgentRepository(configWith(changes));
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const said = await refusal(
    repository,
    "evaluate",
    "--proposal-id",
    "1",
    "--runs",
    "1",
    "--allow-unsandboxed",
  );
  expect(said).toMatch(/^5 .*you have not approved/);
  expect(said).toContain(`git config ${approval.join(" ")}`);
  await repository.git("config", ...approval);
  expect((await evaluated(repository, 1)).evaluation).toMatchObject({
    verdict: "improved",
  });
});

test("an agent that runs out of time has failed, and that is the candidate's fault", async () => {
  const words = ["apple", "bread", "cheese", "grapes", "honey", "ice"];
  const disabled = ["dates", "eggs", "figs"].map((word) => aTask(word, { enabled: false }));
  await using repository = await anAgentRepository({
    ...configWith({ agent: { ...agent, timeoutSeconds: 1 }, evaluate: { concurrency: 6 } }),
    "AGENTS.md": `You know ${words.join(", ")}.\n`,
    "agent.sh": `if grep -q slowly AGENTS.md; then sleep 30; fi\n${knows}`,
    ...Object.assign({}, ...disabled),
  });
  await idea(repository, { "AGENTS.md": `You know ${words.join(", ")}. Think slowly.\n` }, "slow");
  const { status, evaluation } = await evaluated(repository, 1);
  expect([status, evaluation?.verdict]).toEqual([5, "regression"]);
  expect((await journalOf(repository)).match(/"result":"timeout"/g)).toHaveLength(7 + 6); // all once, and what changed once more
});

describe("an agent may spoil its own folder without harm to the next trial", () => {
  test.each([
    ["takes permissions away", "chmod 000 .kira skills; chmod 500 ."],
    ["deletes everything", "rm -rf ./* .kira"],
    ["deletes the folder itself", 'rm -rf "$KIRA_WORKSPACE"'],
    ["puts links where the prompt was", "rm -rf .kira && ln -s /etc .kira"],
    ["starts something that stays", "(sleep 60 & ) >/dev/null 2>&1"],
  ])("when it %s", async (_, spoil) => {
    await using repository = await anAgentRepository({
      ...configWith({ evaluate: { concurrency: 1 } }),
      "agent.sh": `${knows}${spoil}\n`,
    });
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const { evaluation } = await evaluated(repository, 1);
    expect(evaluation).toMatchObject({ verdict: "improved", baselineScore: 0.3, modifiedScore: 1 });
    expect(await repository.git("worktree", "list")).not.toContain("kira-trial");
    expect(await readFile("/etc/passwd", "utf8")).not.toBe("");
  });
});

test("Ctrl-C keeps the trials that have ended, and the same command goes on from there", async () => {
  await using repository = await anAgentRepository(dependent);
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls"), KIRA_DOWN: join(spare.folder, "never") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const stop = new AbortController();
  const watch = setInterval(async () => {
    const calls = await readFile(env.KIRA_CALLS, "utf8").catch(() => "");
    if (calls.length >= 8) stop.abort();
  }, 5);
  const args = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
  const { status, stderr } = await kira({ folder: repository.folder, env, signal: stop.signal }, ...args);
  clearInterval(watch);
  expect([status, stderr.trim().split("\n").at(-1)]).toEqual([130, expect.stringMatching(/they are kept/)]);
  const kept = (await journalOf(repository)).match(/"kind":"trial"/g)?.length ?? 0;
  await writeFile(env.KIRA_CALLS, "");
  expect(await evaluated(repository, 1, { env })).toMatchObject({
    evaluation: { verdict: "improved", trials: 24 },
  });
  expect(await readFile(env.KIRA_CALLS, "utf8")).toBe("x\n".repeat(94 - kept));
  expect(await repository.git("worktree", "list")).not.toContain("kira-trial");
});
