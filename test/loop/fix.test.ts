import { expect, test } from "vitest";
import { kiraJson } from "../support/kira.ts";
import { aCounted, counting, eightTasks } from "./noisy.ts";
import { evaluated, idea, shown } from "./support.ts";

const fixes = ["--fixes", "knows-dates,knows-eggs"];
const budget = ["--max-trials", "40"];
const small = () => aCounted({ ...counting, ...eightTasks });
const lesson = (text: string) => ({ "skills/lessons.md": `# Lessons\n${text}` });

test("with forty trials on eight tasks, a failure that is mended is shown to be", async () => {
  await using place = await small();
  const { repository, env } = place;
  await idea(repository, lesson("- food: dates, eggs\n"), "mends");
  const { status, evaluation } = await evaluated(repository, 1, {
    env,
    args: ["--claim", "fix", ...fixes, ...budget],
  });
  expect(status).toBe(0);
  expect(evaluation).toMatchObject({ verdict: "improved", why: "mended", claim: "fix", ledgerTrials: 0 });
  expect(evaluation).toMatchObject({ baselineScore: 0, modifiedScore: 1 });
  // Four pairs; two tries where all is well; four pairs where a task failed before and still does.
  const made = Object.fromEntries(
    evaluation!.tasks.map(({ task, baseline, candidate }) => [task, [baseline.length, candidate.length]]),
  );
  expect(made).toEqual({
    ...{ "knows-apple": [0, 2], "knows-bread": [0, 2], "knows-cheese": [0, 2] },
    ...{ "knows-dates": [2, 2], "knows-eggs": [2, 2] },
    ...{ "knows-figs": [4, 4], "knows-grapes": [4, 4], "knows-honey": [4, 4] },
  });
  expect(await place.calls()).toHaveLength(38);
  await kiraJson({ folder: repository.folder }, "merge", "--proposal-id", "1");
  expect(await shown(repository, 1)).toMatchObject({ status: "merged" });
});

test("an edit of white space mends nothing, and that costs three trials", async () => {
  await using place = await small();
  const { repository, env } = place;
  await idea(repository, lesson("\n\n"), "tidy");
  const { status, evaluation } = await evaluated(repository, 1, { env, args: [...fixes, ...budget] });
  expect([status, evaluation]).toEqual([
    5,
    expect.objectContaining({ why: "still-fails", claim: "fix", trials: 3 }),
  ]);
  expect(await place.calls()).toHaveLength(3);
});

test("what mends one failure and breaks another task is a regression that names it", async () => {
  await using place = await small();
  const { repository, env } = place;
  await idea(repository, { "AGENTS.md": "You know bread, cheese, dates and eggs.\n" }, "trade");
  const { evaluation } = await evaluated(repository, 1, { env, args: [...fixes, ...budget] });
  expect(evaluation).toMatchObject({ verdict: "regression", why: "broken-task" });
  expect(evaluation!.reason).toMatch(/^knows-apple worked before/);
});

test("another claim about the same change is another test: on trials of its own, with twice the evidence asked for", async () => {
  await using place = await small();
  const { repository, env } = place;
  await idea(repository, lesson("- food: dates, eggs\n"), "mends");
  const begun = await evaluated(repository, 1, { env, args: [...fixes, "--max-trials", "2"] });
  expect(begun.evaluation).toMatchObject({ why: "budget", claim: "fix", trials: 2, restarts: 0 });
  await place.calls();
  const other = await evaluated(repository, 1, { env, args: ["--fixes", "knows-dates"] });
  expect(other.evaluation).toMatchObject({ verdict: "improved", claim: "fix", restarts: 1 });
  expect(other.evaluation!.statistics.bound).toBeCloseTo(begun.evaluation!.statistics.bound + Math.LN2, 10);
  expect(await place.calls()).toHaveLength(other.evaluation!.trials);
  const again = await evaluated(repository, 1, { env, args: fixes });
  expect([again.evaluation!.id, await place.calls()]).toEqual([other.evaluation!.id, []]);
});

test.each<[string, string[], RegExp]>([
  ["a task that is not there", ["--fixes", "knows-nothing"], /^knows-nothing is no task that decides here/],
  ["no task at all", ["--claim", "fix"], /^Nothing says which tasks it should mend/],
  ["a claim that is none", ["--claim", "best"], /--claim/],
])("a fix of %s is refused before anything runs", async (_, args, said) => {
  await using place = await small();
  await idea(place.repository, lesson("- food: dates\n"), "mends");
  const { status, error } = await evaluated(place.repository, 1, { env: place.env, args });
  expect([status, error!.message]).toEqual([2, expect.stringMatching(said)]);
  expect(await place.calls()).toEqual([]);
});
