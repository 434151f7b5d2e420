import { describe, expect, test } from "vitest";
import type { Conclusion } from "../../src/domain/evaluation.ts";
import { kira } from "../support/kira.ts";
import { aSpareFolder } from "../support/repository.ts";
import { aCounted, luckier, noisy } from "./noisy.ts";
import { evaluated, idea } from "./support.ts";

/** Judges lines in a folder that has nothing to do with us. */
async function judged(lines: readonly (object | string)[], ...args: string[]) {
  await using spare = await aSpareFolder();
  const stdin = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const { status, stdout, stderr } = await kira(
    { folder: spare.folder, stdin },
    ...["verdict", "--stdin", ...args, "--json"],
  );
  const { verdict } = (stdout === "" ? {} : JSON.parse(stdout)) as { verdict?: Conclusion };
  return { status, verdict, said: stderr.trim() };
}

/** Scores of many tasks: in each arm so many of ten runs pass. */
const outcomes = (tasks: number, before: number, after: number, about: object = {}) =>
  Array.from({ length: tasks }, (_, i) =>
    Array.from({ length: 10 }, (_, run) => [
      { arm: "baseline", task: `task ${i}`, score: Number(run < before), ...about },
      { arm: "candidate", task: `task ${i}`, score: Number(run < after), ...about },
    ]).flat(),
  ).flat();

describe("outcomes of any harness", () => {
  test("that show a gain are improved, with an interval, and the exit status of evaluate", async () => {
    const { status, verdict } = await judged(outcomes(20, 4, 7));
    expect([status, verdict!.verdict]).toEqual([0, "improved"]);
    expect(verdict!.statistics).toMatchObject({ tasks: 20, families: 20 });
    expect(verdict!.statistics.delta).toBeCloseTo(0.3, 10);
    expect(verdict!.statistics.interval[0]).toBeGreaterThan(0.1);
  });

  test("that show none are not-improved, and a loss is a regression", async () => {
    expect(await judged(outcomes(40, 5, 5))).toMatchObject({
      status: 5,
      verdict: { verdict: "not-improved" },
    });
    expect(await judged(outcomes(40, 6, 3))).toMatchObject({ status: 5, verdict: { verdict: "regression" } });
  });

  test("that are too few are inconclusive, and say what it would take", async () => {
    // Of ten runs those in which the arms differ, and one in which they do not.
    const few = outcomes(8, 4, 6).filter((_, i) => Math.floor(i / 2) % 10 >= 3 && Math.floor(i / 2) % 10 < 7);
    const { status, verdict } = await judged(few);
    expect([status, verdict!.verdict, verdict!.why]).toEqual([6, "inconclusive", "open"]);
    expect(verdict!.trialsToDecide).toBeGreaterThan(few.length);
  });

  test("of one family prove nothing beyond it", async () => {
    const { verdict } = await judged(outcomes(20, 4, 7, { family: "refunds" }));
    expect(verdict!.statistics).toMatchObject({ families: 1, generalInterval: null });
  });

  test("that rose on the whole and may have broken a task are asked for more of that one", async () => {
    const broken = [1, 1, 0].map((score) => ({ arm: "baseline", task: "vat", score }));
    const fell = [0, 0].map((score) => ({ arm: "candidate", task: "vat", score }));
    const { status, verdict } = await judged([...outcomes(20, 4, 7), ...broken.slice(0, 2), ...fell]);
    expect([status, verdict!.verdict, verdict!.reason]).toEqual([
      6,
      "inconclusive",
      expect.stringMatching(/^The mean rose, but vat may be broken: score it again/),
    ]);
  });

  test("of failures that the change should mend are judged as a fix", async () => {
    const mended = outcomes(2, 1, 9, { fixes: true }).map((line) => ({ ...line, task: `fix ${line.task}` }));
    const { status, verdict } = await judged([...mended, ...outcomes(6, 10, 10)]);
    expect([status, verdict!.verdict, verdict!.claim]).toEqual([0, "improved", "fix"]);
  });
});

test.each<[string, (object | string)[], RegExp]>([
  ["no line", [], /There are no outcomes on standard input/],
  ["a score above 1", [{ arm: "baseline", task: "a", score: 1.5 }], /Line 1 is no outcome: score: .*<=1/],
  ["a score below 0", [{ arm: "baseline", task: "a", score: -0.1 }], /Line 1 is no outcome: score/],
  ["a score that is no number", ['{"arm":"baseline","task":"a","score":NaN}'], /Line 1 is not valid JSON/],
  ["a score in words", [{ arm: "baseline", task: "a", score: "1" }], /Line 1 is no outcome: score/],
  ["an arm that is none", [{ arm: "before", task: "a", score: 1 }], /Line 1 is no outcome: arm/],
  ["a key that is not known", [{ arm: "baseline", task: "a", score: 1, run: 3 }], /Line 1 .*run/],
  ["a task without a name", [{ arm: "baseline", score: 1 }], /Line 1 is no outcome: task/],
  ["no candidate", [{ arm: "baseline", task: "a", score: 1 }], /no scores of the candidate/],
  ["no baseline", [{ arm: "candidate", task: "a", score: 1 }], /no scores of the baseline/],
  [
    "a task that crashed away",
    [...outcomes(6, 5, 5), { arm: "baseline", task: "hard", score: 0 }],
    /Scores of one arm are missing: hard \(candidate\).* a crash|attempt that crashed is a score of 0/,
  ],
])("%s is refused with what to write instead", async (_, lines, said) => {
  const answer = await judged(lines);
  expect(answer.status).toBe(2);
  expect(JSON.parse(answer.said).error.message).toMatch(said);
});

test("without --stdin it says so, and two formats at once exclude each other", async () => {
  await using spare = await aSpareFolder();
  const bare = await kira({ folder: spare.folder }, "verdict");
  expect([bare.status, bare.stderr]).toEqual([2, expect.stringContaining("Say so with --stdin")]);
  const both = await judged(outcomes(6, 5, 5), "--junit", "--markdown");
  expect([both.status, both.said]).toEqual([2, expect.stringContaining("exclude each other")]);
});

describe("the exported trials of an evaluation come to the same verdict", () => {
  test.each<[string, () => Promise<{ place: Awaited<ReturnType<typeof aCounted>>; args?: string[] }>]>([
    [
      "of a noisy agent",
      async () => {
        const place = await aCounted(noisy());
        await luckier(place.repository, "[0-d]");
        return { place };
      },
    ],
    [
      "of one that never varies",
      async () => {
        const place = await aCounted();
        const all = "dates, eggs, figs, grapes, honey, ice, jam";
        await idea(place.repository, { "skills/lessons.md": `- food: ${all}\n` }, "mends");
        return { place };
      },
    ],
    [
      "of a fix",
      async () => {
        const place = await aCounted();
        await idea(place.repository, { "skills/lessons.md": "- food: dates, eggs\n" }, "mends");
        return { place, args: ["--fixes", "knows-dates,knows-eggs"] };
      },
    ],
  ])("%s", async (_, make) => {
    const { place, args = [] } = await make();
    await using _place = place;
    const { repository, env } = place;
    const { evaluation } = await evaluated(repository, 1, { env, args });
    const lines = await kira({ folder: repository.folder }, "proposals", "--show", "1", "--trials");
    expect(lines.status).toBe(0);
    const { verdict } = await judged(lines.stdout.trim().split("\n"));
    for (const key of ["verdict", "why", "claim", "statistics", "tasks", "trials", "reason"] as const)
      expect(verdict![key], key).toEqual(evaluation![key as keyof typeof evaluation]);
  });
});
