import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kiraJson } from "../support/kira.ts";
import {
  aGoodIdea,
  agentConfig,
  anAgentRepository,
  aSpareFolder,
  aTask,
  type Files,
} from "../support/repository.ts";
import { adopted, configWith, evaluated, idea, proposedKnowing, shown } from "./support.ts";

/** An agent that writes down that it was called: the variable names a file outside the repository. */
const counting: Files = {
  ...configWith({ agent: { ...agentConfig.agent, env: ["KIRA_CALLS"] } }),
  "agent.sh": `printf 'called %s\\n' "$(ls -A | tr '\\n' ' ')" >>"$KIRA_CALLS"
prompt=$(cat)
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then echo yes; else echo no; fi
`,
};

async function callsIn(file: string): Promise<string[]> {
  return (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
}

test("a change that helps is improved, and its note on the commit says so to plain git", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  const { commit } = await adopted(repository, "good-idea");
  const { status, evaluation } = await evaluated(repository, 1);
  expect(status).toBe(0);
  expect(evaluation).toMatchObject({
    verdict: "improved",
    why: "exact",
    // Each task once, and each of the seven results that changed once more in both arms.
    trials: 24,
    // Seven rounds of ten that agree show an agent that does not vary.
    ledgerTrials: 70,
    runs: 2,
    modifiedScore: 1,
  });
  expect(await shown(repository, 1)).toMatchObject({ status: "validated" });
  const note = JSON.parse(await repository.git("notes", "--ref=kira/evaluations", "show", commit));
  expect(note).toMatchObject({
    v: 1,
    commit,
    verdict: "improved",
    baseline: await repository.git("rev-parse", "main"),
  });
  expect(note.tasks).toHaveLength(10);
});

test("a change that changes nothing for the agent is refused for good, out of sight but never lost", async () => {
  await using repository = await anAgentRepository();
  const { commit, branch } = await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  const { status, evaluation } = await evaluated(repository, 1, { args: ["--runs", "2"] });
  expect([status, evaluation!.verdict]).toEqual([5, "not-improved"]);
  expect(await shown(repository, 1)).toMatchObject({
    status: "rejected",
    rejectionReason: evaluation!.reason,
  });
  expect(await repository.git("branch", "--list", branch)).toBe("");
  expect(await repository.git("rev-parse", "refs/kira/rejected/1")).toBe(commit);
  const note = JSON.parse(await repository.git("notes", "--ref=kira/rejections", "show", commit));
  expect(note).toMatchObject({ reason: evaluation!.reason });
  expect((await evaluated(repository, 1, { args: ["--runs", "9"] })).evaluation!.trials).toBe(
    evaluation!.trials,
  );
});

test("a verdict is asked for once: the same question again gives the same answer without a trial", async () => {
  await using repository = await anAgentRepository(counting);
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const first = await evaluated(repository, 1, { env });
  expect(await callsIn(env.KIRA_CALLS)).toHaveLength(94);
  const again = await evaluated(repository, 1, { args: ["--runs", "5"], env });
  expect(again).toEqual(first);
  expect(await callsIn(env.KIRA_CALLS)).toHaveLength(94);
});

test("a trial's folder holds the configuration and nothing of git, the bank or ours", async () => {
  await using repository = await anAgentRepository(counting);
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1, { env });
  const seen = new Set(await callsIn(env.KIRA_CALLS));
  expect([...seen]).toEqual(["called .kira AGENTS.md agent.sh settings.json skills "]);
});

test("one broken task blocks a change that helps elsewhere", async () => {
  await using repository = await anAgentRepository({ ...aTask("kale"), ...aTask("limes") });
  await repository.git("switch", "--quiet", "--create", "trade");
  const words = [
    "kale",
    "limes",
    "bread",
    "cheese",
    "dates",
    "eggs",
    "figs",
    "grapes",
    "honey",
    "ice",
    "jam",
  ];
  await repository.commit({ "AGENTS.md": `You know ${words.join(", ")}.\n` });
  await repository.git("switch", "--quiet", "main");
  await adopted(repository, "trade");
  const { status, evaluation } = await evaluated(repository, 1);
  expect(status).toBe(5);
  expect(evaluation).toMatchObject({
    verdict: "regression",
    reason: expect.stringContaining("knows-apple worked before"),
  });
  expect(evaluation!.modifiedScore).toBeGreaterThan(evaluation!.baselineScore);
  expect(await shown(repository, 1)).toMatchObject({ status: "rejected" });
});

describe("what does not decide", () => {
  test("tasks that the proposer was shown, for this proposal and all that grow from it", async () => {
    await using repository = await anAgentRepository();
    await aGoodIdea(repository);
    const seenTasks = ["knows-dates", "knows-eggs", "knows-figs"];
    await proposedKnowing(repository, "good-idea", seenTasks);
    await repository.git("switch", "--quiet", "--create", "child", "refs/kira/ids/1");
    await repository.commit({ "skills/more.md": "Be brief.\n" });
    await repository.git("switch", "--quiet", "main");
    await adopted(repository, "child", "--parent", "proposal:1");
    for (const id of [1, 2])
      expect((await evaluated(repository, id)).evaluation).toMatchObject({
        statistics: { tasks: 7 },
      });
  });

  test("fewer than five tasks, however clear", async () => {
    const disabled = ["eggs", "figs", "grapes", "honey", "ice", "jam"].map((word) =>
      aTask(word, { enabled: false }),
    );
    await using repository = await anAgentRepository(Object.assign({}, ...disabled));
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const { status, evaluation } = await evaluated(repository, 1);
    expect([status, evaluation!.verdict, evaluation!.reason, evaluation!.trials]).toEqual([
      6,
      "inconclusive",
      "Only 4 tasks decide, and at least 5 are needed: add tasks.",
      0,
    ]);
  });
});

test("a verdict belongs to the task bank it was found on: with another bank the question is asked anew", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1);
  await repository.commit(aTask("kale"), "chore: a new task");
  const { evaluation } = await evaluated(repository, 1);
  // The ledger lacks the new task alone; seven fresh trials of the baseline are those that the first one made.
  expect(evaluation).toMatchObject({ proposalId: 2, ledgerTrials: 2, trials: 11 + 7, verdict: "improved" });
});

test("a human's no is final: nothing is evaluated or merged after it", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await kiraJson({ folder: repository.folder }, "reject", "--proposal-id", "1", "--reason", "too long");
  const { status, error } = await evaluated(repository, 1);
  expect([status, error!.message]).toEqual([5, "Proposal 1 is rejected: too long Propose a new one."]);
});
