import { describe, expect, test } from "vitest";
import { Budget } from "../../src/domain/budget.ts";
import { applyEdits } from "../../src/domain/edits.ts";
import { KiraError } from "../../src/domain/errors.ts";
import type { Draft } from "../../src/domain/proposal.ts";
import type { Situation } from "../../src/proposers/contract.ts";
import { modelProposer } from "../../src/proposers/model.ts";
import { aSituation, promisesOfAProposer } from "../contracts/proposer.ts";
import { anAnswer, type Line, scriptedModel } from "../support/scripted-model.ts";

promisesOfAProposer(modelProposer("scripted:one", async () => scriptedModel([anAnswer()])));

const missed = anAnswer({
  edits: [
    { kind: "replace", path: "skills/triage/SKILL.md", find: "- billing: invoices, refund", replace: "x" },
  ],
});

/** What comes of a model that says these lines. */
async function asked(lines: readonly Line[], changes: Partial<Situation> = {}) {
  const model = scriptedModel(lines);
  const situation = aSituation(changes);
  const draft = await modelProposer(model.name, async () => model)
    .propose(situation)
    .catch((error: unknown) => error as KiraError);
  return { draft: draft as Draft, error: draft as unknown as KiraError, model, situation };
}

describe("a model that proposes", () => {
  test("gets one question with the pattern, the configuration and the form of the answer", async () => {
    const { model, draft } = await asked([anAnswer()]);
    const [{ system, turns, schema }] = model.requests as [(typeof model.requests)[0]];
    expect(turns).toHaveLength(1);
    for (const part of [
      "card, charged",
      "- billing: invoice, refund",
      "settings.json",
      "answered travel",
      '"edits"',
    ])
      expect(turns[0]!.content).toContain(part);
    expect(system).toContain("smallest change");
    expect(schema).toMatchObject({ required: expect.arrayContaining(["edits", "hypothesis"]) });
    expect(draft.exchange?.rounds).toMatchObject([
      { user: turns[0]!.content, answer: anAnswer(), problem: null },
    ]);
  });

  test("is told what did not fit, with the nearest text of the file, and its second answer counts", async () => {
    const { model, draft } = await asked([missed, anAnswer()]);
    const told = model.requests[1]!.turns.at(-1)!.content;
    expect(told).toContain("occurs 0 times");
    expect(told).toContain("- billing: invoice, refund");
    expect(model.requests[1]!.turns.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(draft).toMatchObject({ costUsd: 0.02, model: "scripted:one" });
    expect(draft.exchange!.rounds.map(({ problem }) => problem === null)).toEqual([false, true]);
  });

  test("is asked three times at most, and then it is said what was wrong with the last answer", async () => {
    const { model, error } = await asked([missed]);
    expect(model.requests).toHaveLength(3);
    expect(error).toMatchObject({ code: "refused", details: { rounds: 3, costUsd: 0.03 } });
    expect(error.message).toContain("occurs 0 times");
  });

  test("hears which rule its change breaks, and may correct it", async () => {
    const problems: Situation["problems"] = (contents) =>
      contents.has("settings.json") ? ["It is protected."] : [];
    const bad = anAnswer({ edits: [{ kind: "delete", path: "settings.json" }] });
    const { model, draft } = await asked([bad, anAnswer()], { problems });
    expect(model.requests[1]!.turns.at(-1)!.content).toContain("It is protected.");
    expect(draft.edits).toHaveLength(1);
  });

  test.each<[string, Line, RegExp, number]>([
    ["a refusal of the provider", { text: "", stop: "refusal" }, /declined to answer/, 1],
    ["a refusal in words", "I'm sorry, but I can't help with that.", /declined: "I'm sorry/, 1],
    [
      "an answer that was cut off",
      { text: anAnswer().slice(0, 90), stop: "length" },
      /cut off.*answerTokens/,
      1,
    ],
    ["an answer that is whole and said to be cut off", { text: anAnswer(), stop: "length" }, /cut off/, 1],
    ["an answer of nothing", "  \n", /answered nothing/, 1],
  ])("with %s makes nothing and is not asked again", async (_, line, said, times) => {
    const { model, error } = await asked([line]);
    expect(error).toBeInstanceOf(KiraError);
    expect([error.code, model.requests.length]).toEqual(["refused", times]);
    expect(error.message).toMatch(said);
  });

  test("that fails is not taken for one without ideas", async () => {
    const failing = () => Promise.reject(new KiraError("unavailable", "Ollama is not there. Start it."));
    const proposing = modelProposer("ollama:x", failing).propose(aSituation());
    await expect(proposing).rejects.toMatchObject({ code: "unavailable" });
  });

  test("is not asked again when the money is spent, and not at all when it was before", async () => {
    const { model, error } = await asked([missed], { budget: new Budget({ maxCost: 0.015 }, () => 0) });
    expect(model.requests).toHaveLength(2);
    expect(error).toMatchObject({ code: "inconclusive", details: { costUsd: 0.02 } });
    expect(error.message).toMatch(/limit of \$0\.015 is reached.*occurs 0 times/);
  });

  test("whose price nobody knows is not asked again under a limit of cost; its first answer counts", async () => {
    const budget = () => new Budget({ maxCost: 1 }, () => 0);
    const free = { costUsd: null };
    const good = await asked([{ text: anAnswer(), ...free }], { budget: budget() });
    expect(good.draft.costUsd).toBeNull();
    const { model, error } = await asked([{ text: missed, ...free }], { budget: budget() });
    expect(model.requests).toHaveLength(1);
    expect(error.message).toMatch(/no price of scripted:one is known.*propose\.prices/);
  });

  test("of which it is known before that it has no price is not asked at all under a limit of cost", async () => {
    const model = { ...scriptedModel([anAnswer()]), price: null };
    const asking = (budget: Budget) =>
      modelProposer(model.name, async () => model).propose(aSituation({ budget }));
    await expect(asking(new Budget({ maxCost: 1 }, () => 0))).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(
        /^scripted:one was not asked: no price .*Give it one in propose\.prices/,
      ),
    });
    expect(model.requests).toHaveLength(0);
    expect(await asking(new Budget({}, () => 0))).toBeDefined();
  });

  test("shows its progress in characters", async () => {
    const seen: number[] = [];
    await asked([anAnswer()], { onProgress: (characters) => seen.push(characters) });
    expect(seen.at(-1)).toBe(anAnswer().length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test("answers with thoughts, a fence and prose, and only the object counts", async () => {
    const { draft, situation } = await asked([
      `<think>Perhaps {"edits": []}?</think>\nHere it is:\n\`\`\`json\n${anAnswer()}\n\`\`\`\nHope this helps!`,
    ]);
    const text = applyEdits(situation.files, draft.edits).get("skills/triage/SKILL.md")!;
    expect(text).toContain("payment card");
    expect(text).not.toContain("```");
  });

  test("is sent no secret, in its question or in what is said about its answer", async () => {
    const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789";
    const files = new Map([["skills/triage/SKILL.md", `- use ${key} for billing invoice\n`]]);
    const { model } = await asked([missed], { files });
    expect(JSON.stringify(model.requests)).not.toContain(key);
  });
});
