import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { missing } from "../hostile/support.ts";
import { kiraJson } from "../support/kira.ts";
import { aGoodIdea, agentConfig, aTask, type Files } from "../support/repository.ts";
import { aCounted, counting, luckier, noisy } from "./noisy.ts";
import { adopted, configWith, evaluated, shown } from "./support.ts";

/** Judges the good idea, changes production, and judges the same again. */
async function judgedAround(change: Files) {
  await using place = await aCounted();
  const { repository, env } = place;
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  expect((await evaluated(repository, 1, { env })).evaluation).toMatchObject({ ledgerTrials: 70 });
  await place.calls();
  await repository.commit(change, "chore: change");
  const { id } = await adopted(repository, "good-idea");
  const { evaluation, error } = await evaluated(repository, id, { env });
  expect(evaluation, JSON.stringify(error)).toBeDefined();
  return { ...evaluation!, calls: (await place.calls()).length };
}

test("of a task that is asked in another way, what was stored says nothing; of the others it does", async () => {
  const { ledgerTrials, tasks } = await judgedAround(aTask("figs", { prompt: "Tell me: do you know figs" }));
  // With the 63 of the nine others, six of the new one make 59 repeats that agree.
  expect(ledgerTrials).toBe(6);
  expect(tasks.map(({ task, ledger }) => [task, ledger.length])).toContainEqual(["knows-figs", 6]);
});

test("what another agent did is no ledger of this one", async () => {
  const other = configWith({
    agent: { ...agentConfig.agent, env: ["KIRA_CALLS"], command: ["sh", "agent.sh", "--fast"] },
    evaluate: { concurrency: 2 },
  });
  expect(await judgedAround(other)).toMatchObject({ ledgerTrials: 70, trials: 24, calls: 94 });
});

test("a change of production that no agent sees leaves all trials as they are", async () => {
  const again = await judgedAround({ "data/tasks/notes.txt": "x\n" });
  expect(again).toMatchObject({ verdict: "improved", ledgerTrials: 0, trials: 24, calls: 0 });
});

test.skipIf(missing)("what was done without a sandbox is no ledger of what is done in one", async () => {
  await using place = await aCounted({
    ...counting,
    "agent.sh": counting["agent.sh"]!.replace(/^echo.*\n/m, ""),
  });
  const { repository, env } = place;
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1, { env });
  const args = ["evaluate", "--proposal-id", "1"];
  const { evaluation } = await kiraJson<{ evaluation: object }>({ folder: repository.folder, env }, ...args);
  expect(evaluation).toMatchObject({ ledgerTrials: 70, trials: 24, contained: true });
});

test("a model that changes on the way voids the evaluation, which then starts over", async () => {
  const served = configWith({ agent: { ...agentConfig.agent, env: ["KIRA_CALLS", "KIRA_MODEL"] } });
  await using place = await aCounted({
    ...counting,
    ...served,
    "agent.sh": `${counting["agent.sh"]}printf '{"model": "%s"}' "$(cat "$KIRA_MODEL")" >"$KIRA_RESULT_FILE"\n`,
  });
  const { repository } = place;
  const env = { ...place.env, KIRA_MODEL: `${place.env.KIRA_CALLS}.model` };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await writeFile(env.KIRA_MODEL, "m-1");
  const begun = await evaluated(repository, 1, { env, args: ["--max-trials", "75"] });
  expect(begun.evaluation).toMatchObject({ why: "budget", ledgerTrials: 70, trials: 5, restarts: 0 });
  await writeFile(env.KIRA_MODEL, "m-2");
  const voided = await evaluated(repository, 1, { env });
  expect([voided.status, voided.evaluation]).toEqual([7, undefined]);
  expect(voided.error!.message).toMatch(/the model changed from m-1 to m-2.*Start over with/);
  expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
  await place.calls();
  const { evaluation } = await evaluated(repository, 1, { env });
  // Not one trial of before counts.
  expect(evaluation).toMatchObject({ id: 2, verdict: "improved", restarts: 1, ledgerTrials: 70, trials: 24 });
  expect(await place.calls()).toHaveLength(94);
  expect(evaluation!.tasks.every(({ ledger }) => ledger.length === 7)).toBe(true);
});

test("after a day the trials so far are too old to go on with: it begins anew and asks for more", async () => {
  await using place = await aCounted(noisy());
  const { repository } = place;
  await luckier(repository, "[0-9]");
  const on = (KIRA_NOW: string, ...args: string[]) =>
    evaluated(repository, 1, { env: { ...place.env, KIRA_NOW }, args });
  type Bound = { statistics: { bound: number } };
  const first = await on("2026-01-01T09:00:00Z", "--max-trials", "140");
  expect(first.evaluation).toMatchObject({ why: "budget", ledgerTrials: 120, trials: 20, restarts: 0 });
  const same = await on("2026-01-02T08:59:00Z", "--max-trials", "4");
  expect(same.evaluation).toMatchObject({ why: "budget", ledgerTrials: 0, trials: 24, restarts: 0 });
  const before = await place.calls();
  const later = await on("2026-01-02T09:01:00Z", "--max-trials", "16");
  expect(later.evaluation).toMatchObject({ why: "budget", ledgerTrials: 0, trials: 16, restarts: 1 });
  const more = await place.calls();
  expect(more).toHaveLength(16);
  expect(more.filter((seed) => before.includes(seed))).toEqual([]);
  const bounds = [first, later].map(({ evaluation }) => (evaluation as unknown as Bound).statistics.bound);
  expect(bounds[1]! - bounds[0]!).toBeCloseTo(Math.LN2, 10);
});
