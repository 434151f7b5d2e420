import { describe, expect, test } from "vitest";
import { kiraJson } from "../support/kira.ts";
import { aGoodIdea, aTask, type Files } from "../support/repository.ts";
import { aCounted, counting } from "./noisy.ts";
import { adopted, evaluated, idea, proposedKnowing, quarantined, refusal, shown } from "./support.ts";

const words = "dates, eggs, figs, grapes, honey, ice, jam";
const prompt = "Please tell me whether you have ever heard of figs";

describe("an improvement that a person should look at first", () => {
  test.each<[kind: string, bank: Files, lesson: string, task: string]>([
    ["impossible", aTask("moon", { impossible: true }), `- food: ${words}, moon`, "knows-moon"],
    ["overlap", aTask("figs", { prompt }), `- food: ${words}\n- ${prompt}`, "knows-figs"],
  ])("is flagged (%s), and merged on their judgement alone", async (kind, bank, lesson, task) => {
    await using place = await aCounted({ ...counting, ...bank });
    const { repository, env } = place;
    await idea(repository, { "skills/lessons.md": `# Lessons\n${lesson}\n` }, "suspicious");
    const { status, evaluation } = await evaluated(repository, 1, { env });
    expect([status, evaluation!.verdict]).toEqual([0, "improved"]);
    expect(evaluation!.flags.map((flag) => [flag.kind, flag.task])).toContainEqual([kind, task]);
    expect(evaluation!.tasks.map((each) => each.task)).not.toContain("knows-moon");
    const merge = ["merge", "--proposal-id", "1"];
    const head = await repository.git("rev-parse", "main");
    expect(await refusal(repository, ...merge)).toMatch(
      new RegExp(`^5 The improvement of proposal 1 is flagged: ${task}: .*--on-judgement --reason`),
    );
    expect(await repository.git("rev-parse", "main")).toBe(head);
    await kiraJson({ folder: repository.folder }, ...merge, "--on-judgement", "--reason", "looked at it");
    expect(await shown(repository, 1)).toMatchObject({ status: "merged" });
  });

  test("an honest one is not flagged, though a task that nobody can pass was tried", async () => {
    await using place = await aCounted({ ...counting, ...aTask("moon", { impossible: true }) });
    const { repository, env } = place;
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    expect((await evaluated(repository, 1, { env })).evaluation).toMatchObject({
      verdict: "improved",
      flags: [],
    });
    expect((await place.calls()).filter((word) => word === "moon")).toHaveLength(1);
  });
});

test("a task whose grader is in quarantine does not decide", async () => {
  await using place = await aCounted({
    ...counting,
    ...aTask("figs", { criteria: [{ type: "text", contains: "yes" }] }),
  });
  const { repository, env } = place;
  await quarantined(repository, "knows-figs");
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const { evaluation } = await evaluated(repository, 1, { env });
  expect(evaluation!.tasks.map(({ task }) => task)).not.toContain("knows-figs");
  expect(evaluation).toMatchObject({ verdict: "improved", statistics: { tasks: 9 } });
  expect(await place.calls()).not.toContain("figs");
});

describe("a proposer that was shown failures", () => {
  const seen = ["knows-dates", "knows-eggs"];

  test("and mends none of them is stopped after a few trials", async () => {
    await using place = await aCounted();
    const { repository, env } = place;
    await repository.git("switch", "--quiet", "--create", "beside");
    await repository.commit({ "skills/lessons.md": "# Lessons\n- food: figs, grapes, honey, ice, jam\n" });
    await repository.git("switch", "--quiet", "main");
    await proposedKnowing(repository, "beside", seen);
    const { status, evaluation } = await evaluated(repository, 1, { env });
    expect([status, evaluation]).toEqual([
      5,
      expect.objectContaining({ why: "fixes-nothing", verdict: "not-improved" }),
    ]);
    expect(evaluation!.reason).toBe(
      "It was made to mend knows-dates, knows-eggs, and none of its tries did.",
    );
    // Both once before, and three tries.
    expect((await place.calls()).sort()).toEqual(["dates", "dates", "dates", "eggs", "eggs"]);
    expect(await shown(repository, 1)).toMatchObject({ status: "rejected" });
  });

  test("and mends them goes on to the claim, on the tasks that it was not shown", async () => {
    await using place = await aCounted();
    const { repository, env } = place;
    await aGoodIdea(repository);
    await proposedKnowing(repository, "good-idea", seen);
    const { evaluation } = await evaluated(repository, 1, { env });
    expect(evaluation).toMatchObject({ verdict: "improved", statistics: { tasks: 8 } });
    expect(evaluation!.tasks.map(({ task }) => task)).not.toContain("knows-dates");
  });
});
