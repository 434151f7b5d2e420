import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { aGoodIdea, agentConfig } from "../support/repository.ts";
import { aCounted, luckier, noisy } from "./noisy.ts";
import { adopted, configWith, evaluated, idea, shown } from "./support.ts";

test("asking again costs nothing: the same answer, and not one call of the agent", async () => {
  await using place = await aCounted(noisy());
  const { repository, env } = place;
  await luckier(repository, "[0-9a-e]");
  const first = await evaluated(repository, 1, { env });
  expect(first.evaluation).toMatchObject({ verdict: "improved", why: "bound" });
  const calls = await place.calls();
  expect(calls).toHaveLength(first.evaluation!.trials + first.evaluation!.ledgerTrials);
  expect(new Set(calls).size).toBe(calls.length);
  for (const args of [[], ["--max-trials", "1"], ["--runs", "50"]])
    expect(await evaluated(repository, 1, { env, args })).toEqual(first);
  expect(await place.calls()).toEqual([]);
});

test("stopped again and again, it ends with the verdict and the trials of one that was left alone", async () => {
  await using alone = await aCounted(noisy());
  await luckier(alone.repository, "[0-9a]");
  const whole = (await evaluated(alone.repository, 1, { env: alone.env })).evaluation!;
  expect(whole.why).not.toBe("budget");

  await using place = await aCounted(noisy());
  const { repository, env } = place;
  await luckier(repository, "[0-9a]");
  let last = (await evaluated(repository, 1, { env, args: ["--max-trials", "130"] })).evaluation!;
  for (let stops = 1; last.why === "budget"; stops++) {
    expect(stops).toBeLessThan(60);
    expect(last).toMatchObject({ verdict: "inconclusive", id: stops });
    expect(last.reason).toContain("the same command goes on");
    expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
    last = (await evaluated(repository, 1, { env, args: ["--max-trials", "37"] })).evaluation!;
  }
  const { verdict, why, reason, tasks, statistics, trials, runs } = whole;
  expect(last).toMatchObject({ verdict, why, reason, tasks, statistics, trials, runs });
  expect((await place.calls()).sort()).toEqual((await alone.calls()).sort());
});

test("when --runs ended it, a larger one goes on: earlier trials count, and are not made again", async () => {
  await using place = await aCounted(noisy("[0-7]"));
  const { repository, env } = place;
  await luckier(repository, "[0-8]");
  const first = await evaluated(repository, 1, { env, args: ["--runs", "1"] });
  expect([first.status, first.evaluation]).toEqual([6, expect.objectContaining({ why: "runs", runs: 1 })]);
  expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
  const before = await place.calls();
  expect((await evaluated(repository, 1, { env, args: ["--runs", "1"] })).evaluation).toMatchObject({
    id: 1,
  });
  expect(await place.calls()).toEqual([]);
  const { evaluation } = await evaluated(repository, 1, { env, args: ["--runs", "2"] });
  expect(evaluation).toMatchObject({ id: 2, ledgerTrials: 0, runs: 2 });
  expect(evaluation!.trials).toBeGreaterThan(first.evaluation!.trials);
  const more = await place.calls();
  expect(more).toHaveLength(evaluation!.trials - first.evaluation!.trials);
  expect(more.filter((seed) => before.includes(seed))).toEqual([]);
  const { commit } = await shown(repository, 1);
  const notes = await repository.git("notes", "--ref=kira/evaluations", "show", commit);
  expect(notes.split("\n").map((line) => JSON.parse(line).runs)).toEqual([1, 2]);
});

test("--runs of the configuration holds where none is given", async () => {
  await using place = await aCounted(noisy("[0-7]", { evaluate: { concurrency: 2, runs: 1 } }));
  const { repository, env } = place;
  await luckier(repository, "[0-8]");
  expect((await evaluated(repository, 1, { env })).evaluation).toMatchObject({ why: "runs", runs: 1 });
});

test("there is nothing to extend before all trials were made, and that is said", async () => {
  await using place = await aCounted();
  const { repository, env } = place;
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const { status, error } = await evaluated(repository, 1, { env, args: ["--extend"] });
  expect([status, error!.message]).toEqual([2, expect.stringMatching(/^There is nothing to extend/)]);
  expect(await place.calls()).toEqual([]);
});

test("a second proposal against the same production pays for no ledger again", async () => {
  await using place = await aCounted();
  const { repository, env } = place;
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await idea(repository, { "skills/lessons.md": "# Lessons\n- food: dates, eggs\n" }, "two-more");
  expect((await evaluated(repository, 1, { env })).evaluation).toMatchObject({
    ledgerTrials: 70,
    trials: 24,
  });
  await place.calls();
  const { evaluation } = await evaluated(repository, 2, { env });
  // Ten tries of the candidate, and once more where two changed; what the first made fresh of the baseline is shared.
  expect(evaluation).toMatchObject({ ledgerTrials: 0, trials: 12, why: "exact" });
  expect(await place.calls()).toHaveLength(12);
  expect(evaluation!.tasks.map(({ ledger }) => ledger.length)).toEqual(Array(10).fill(7));
});

test("of two that evaluate at once one works, and the other is told who does", async () => {
  const holding = configWith({ agent: { ...agentConfig.agent, env: ["KIRA_CALLS", "KIRA_HOLD"] } });
  await using place = await aCounted({
    ...noisy(),
    ...holding,
    "agent.sh": `cat >/dev/null; echo x >>"$KIRA_CALLS"\nwhile [ -e "$KIRA_HOLD" ]; do sleep 0.02; done\necho yes\n`,
  });
  const { repository } = place;
  const hold = `${place.env.KIRA_CALLS}.hold`;
  const env = { ...place.env, KIRA_HOLD: hold };
  await luckier(repository, "[0-9]");
  await writeFile(hold, "");
  const first = evaluated(repository, 1, { env, args: ["--max-trials", "4"] });
  await expect.poll(() => existsSync(place.env.KIRA_CALLS), { timeout: 20_000 }).toBe(true);
  const second = await evaluated(repository, 1, { env });
  await rm(hold);
  expect([second.status, second.error!.message]).toEqual([4, expect.stringContaining(String(process.pid))]);
  expect((await first).evaluation).toMatchObject({ why: "budget", ledgerTrials: 4 });
  expect(await place.calls()).toHaveLength(4);
});
