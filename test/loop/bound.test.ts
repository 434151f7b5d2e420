import { describe, expect, test } from "vitest";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import { kira } from "../support/kira.ts";
import { aGoodIdea, aTask, type Files, type TestRepository } from "../support/repository.ts";
import { aCounted, type Counted, counting } from "./noisy.ts";
import { adopted, evaluated, idea, inWorkspace, quarantined, refusal, shown } from "./support.ts";

const words = ["apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey", "ice", "jam"];
const merge = ["merge", "--proposal-id", "1"];

async function improved(files: Files = counting): Promise<Counted> {
  const place = await aCounted(files);
  await aGoodIdea(place.repository);
  await adopted(place.repository, "good-idea");
  const { evaluation } = await evaluated(place.repository, 1, { env: place.env });
  expect(evaluation).toMatchObject({ verdict: "improved" });
  return place;
}

/** Puts an evaluation on record that differs from the last one in this. */
const recorded = (repository: TestRepository, change: Partial<Evaluation>) =>
  inWorkspace(repository, async ({ record }) => {
    const last = record.index.evaluations.of(1).at(-1)!;
    record.write(() => [{ kind: "evaluation", ...last, id: last.id + 1, uuid: "another", ...change }]);
  });

describe("a verdict permits a merge of exactly what was judged, and of nothing else", () => {
  test("a note that somebody pushed permits none", async () => {
    await using place = await aCounted();
    const { repository } = place;
    await aGoodIdea(repository);
    const { commit } = await adopted(repository, "good-idea");
    const note = JSON.stringify({
      v: 1,
      verdict: "improved",
      passed: true,
      commit,
      flags: [],
      contained: true,
    });
    await repository.git("notes", "--ref=kira/evaluations", "add", "--message", note, commit);
    const head = await repository.git("rev-parse", "main");
    for (const _ of [1, 2])
      expect(await refusal(repository, ...merge)).toMatch(/^5 Proposal 1 has not been evaluated/);
    expect((await kira({ folder: repository.folder }, "reindex")).status).toBe(0);
    expect(await refusal(repository, ...merge)).toMatch(/^5 Proposal 1 has not been evaluated/);
    expect(await repository.git("rev-parse", "main")).toBe(head);
    expect(await shown(repository, 1)).toMatchObject({ status: "draft" });
  });

  test.each<[string, Partial<Evaluation>, RegExp]>([
    ["another tree", { tree: "0".repeat(40) }, /^5 The verdict on proposal 1 belongs to another production/],
    ["another bank", { bankDigest: "another" }, /^5 The task bank has changed since proposal 1 was judged/],
  ])("one on %s permits none", async (_, change, said) => {
    await using place = await improved();
    await recorded(place.repository, change);
    expect(await refusal(place.repository, ...merge)).toMatch(said);
  });

  test("one on another baseline permits none", async () => {
    await using place = await aCounted();
    const { repository, env } = place;
    await idea(repository, { "skills/lessons.md": "# Lessons\n- food: dates\n" }, "weak");
    await evaluated(repository, 1, { env, args: ["--max-trials", "1"] });
    await recorded(repository, { verdict: "improved", passed: true, baseline: "0".repeat(40) });
    expect(await refusal(repository, ...merge)).toMatch(
      /^5 The verdict on proposal 1 belongs to another production/,
    );
  });

  test("one on a bank of which a grader was found to be flaky since permits none, and is asked for anew", async () => {
    const own = aTask("figs", { criteria: [{ type: "text", contains: "yes" }] });
    await using place = await improved({ ...counting, ...own });
    const { repository, env } = place;
    await quarantined(repository, "knows-figs");
    expect(await refusal(repository, ...merge)).toMatch(/^5 The task bank has changed since/);
    const { evaluation } = await evaluated(repository, 1, { env });
    // The agent varies no more than before.
    expect(evaluation).toMatchObject({ id: 2, verdict: "improved", why: "exact", statistics: { tasks: 9 } });
    expect(await refusal(repository, ...merge)).toMatch(/^0/);
  });
});

describe("a bank", () => {
  test("that production passes throughout has no room for a gain, and no candidate is tried on it", async () => {
    await using place = await aCounted({ ...counting, "AGENTS.md": `You know ${words.join(", ")}.\n` });
    const { repository, env } = place;
    await idea(repository, { "skills/lessons.md": "# Lessons\n- be kind\n" }, "kind");
    const { status, evaluation } = await evaluated(repository, 1, { env });
    expect([status, evaluation!.why, evaluation!.trials]).toEqual([6, "saturated", 0]);
    expect(evaluation!.reason).toMatch(/no room to show a gain: add tasks that it fails\.$/);
    expect(await place.calls()).toHaveLength(70);
  });

  test("of one family says nothing of tasks like these", async () => {
    const family: Files = Object.assign({}, ...words.map((word) => aTask(word, { family: "food" })));
    await using place = await aCounted({ ...counting, ...family });
    const { repository, env } = place;
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const args = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
    const { stdout } = await kira({ folder: repository.folder, env }, ...args);
    expect(stdout).toMatch(/^Proposal 1: IMPROVED\n/);
    expect(stdout).toMatch(/On tasks like it +generalisation unproven: 1 family, 8 are needed/);
  });

  test("with two tasks that ask the same and judge it differently is refused before anything runs", async () => {
    await using place = await aCounted({
      ...counting,
      ...aTask("figs", { prompt: "Do you know dates", criteria: [{ type: "text", equals: "no" }] }),
    });
    const { repository, env } = place;
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    const { status, error } = await evaluated(repository, 1, { env });
    expect([status, error!.message]).toEqual([
      2,
      expect.stringMatching(/ask the same and judge it differently/),
    ]);
    expect(await place.calls()).toEqual([]);
  });
});
