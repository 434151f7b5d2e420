import { describe, expect, test } from "vitest";
import type { Config } from "../../src/domain/config.ts";
import type { Draft } from "../../src/domain/proposal.ts";
import type { Situation } from "../../src/proposers/contract.ts";
import { findProposer, proposers } from "../../src/proposers/index.ts";
import { offline } from "../../src/proposers/offline.ts";
import { anOutcome, aPattern, aSituation, promisesOfAProposer } from "../contracts/proposer.ts";

for (const proposer of Object.values(proposers)) promisesOfAProposer(proposer);

test("a model that this version cannot reach is named in the error, with those it can", () => {
  const open = () => Promise.reject(new Error("nobody is asked"));
  expect(() => findProposer("toString", open)).toThrow(
    '"toString" names no proposer. Use one of: offline, ollama:<name>, claude-… or anthropic:<name>, openai:<name>, command:<name>.',
  );
  expect(findProposer("offline", open)).toBe(offline);
  expect(findProposer("ollama:qwen3:14b", open).name).toBe("ollama:qwen3:14b");
});

describe("the offline proposer", () => {
  test("teaches the words that tell the failures from everything else, below the declared heading", async () => {
    const draft = await offline.propose(aSituation({ seed: 0 }));
    expect(contentOf(draft)).toBe(
      aSituation()
        .files.get("skills/triage/SKILL.md")!
        .replace("- billing: invoice, refund\n", "- billing: invoice, refund\n- billing: card, charged\n"),
    );
  });

  test("says plainly that no language model was asked, and what it hopes for", async () => {
    const draft = await offline.propose(aSituation({ seed: 0 }));
    expect(draft).toMatchObject({
      model: "offline",
      costUsd: 0,
      seenTasks: [],
      risk: "low",
      hypothesis: "Naming card, charged in skills/triage/SKILL.md prevents failures of billing-card-charged.",
      expectedImprovement: "fewer failures of billing-card-charged (4 in the last analysis)",
    });
    expect(draft!.description).toContain("with no language model");
  });

  test("gives the same answer for the same seed", async () => {
    expect(await exhaust({ seed: 3 })).toEqual(await exhaust({ seed: 3 }));
  });

  test("never gives an idea twice, and gives every value of every knob before it gives up", async () => {
    const contents = (await exhaust({})).map(contentOf);
    expect(new Set(contents).size).toBe(contents.length);
    for (const knob of ["0.3", "0.6", "1.2"]) expect(contents.join()).toContain(`"temperature": ${knob},`);
    for (const knob of ["1", "3"]) expect(contents.join()).toContain(`"retries": { "max": ${knob} }`);
  });

  test("starts with a lesson or with a knob as the seed says, when the words are few", async () => {
    const [even, odd] = [await exhaust({ seed: 0 }), await exhaust({ seed: 1 })];
    expect(even[0]!.edits[0]!.path).toBe("skills/triage/SKILL.md");
    expect(odd[0]!.edits[0]!.path).toBe("settings.json");
    expect(even[1]!.edits[0]!.path).toBe("settings.json");
  });

  test("begins with a lesson for an even seed and with a setting for an odd one", async () => {
    const begins = async (seed: number) =>
      (await offline.propose(aSituation({ ...threeWords, seed })))?.edits[0]?.path;
    expect(await begins(0)).toBe("skills/triage/SKILL.md");
    expect(await begins(1)).toBe("settings.json");
  });

  test("goes on with the next best words, then with fewer", async () => {
    const config = propose({ knobs: [], lessons: { ...lessons, terms: 2 } });
    const lines = (await exhaust({ ...threeWords, config })).map(
      (draft) => /- billing: (?!invoice)(.*)/.exec(contentOf(draft))![1],
    );
    expect(lines).toEqual(["card, charged", "declined", "card", "charged"]);
  });

  test("tries the neighbours of a setting before values further away", async () => {
    const config = propose({
      lessons: undefined,
      knobs: [{ file: "settings.json", path: "temperature", values: [0.3, 0.6, 0.9, 1.2] }],
    });
    const order = (drafts: Draft[]) => drafts.map((draft) => JSON.parse(contentOf(draft)).temperature);
    expect(order(await exhaust({ config, seed: 0 }))).toEqual([0.6, 1.2, 0.3]);
    expect(order(await exhaust({ config, seed: 1 }))).toEqual([1.2, 0.6, 0.3]);
  });

  test("leaves words to the categories that have them already", async () => {
    const skill = "## Routing\n\n- billing: Charged\n- travel: card\n";
    const files = new Map([...aSituation().files, ["skills/triage/SKILL.md", skill]]);
    expect((await exhaust({ files, config: propose({ knobs: [] }) })).map(contentOf)).toEqual([]);
  });

  test("is not fooled by the wording of notes, which successes do not have", async () => {
    const config = propose({ knobs: [], lessons: { ...lessons, from: ["task", "notes"] } });
    for (const draft of await exhaust({ config }))
      expect(contentOf(draft)).not.toMatch(/answered|right|billing: .*billing/);
  });

  test("turns knobs, not words, where work is slow", async () => {
    const drafts = await exhaust({ pattern: aPattern({ kind: "slow", id: "slow-billing", terms: [] }) });
    expect(new Set(drafts.map(({ edits, risk }) => `${edits[0]!.path} ${risk}`))).toEqual(
      new Set(["settings.json medium"]),
    );
  });

  test("cannot be made to write a second line by a category with a line break", async () => {
    const failures = aSituation().failures.map((one) => ({ ...one, category: "x\n- travel: *" }));
    const draft = await offline.propose(
      aSituation({
        failures,
        pattern: aPattern({ category: "x\n- travel: *" }),
        config: propose({ knobs: [] }),
      }),
    );
    expect(contentOf(draft)).toContain("\n- x - travel: *: card, charged\n");
  });

  test.each<[string, Partial<Situation>, string]>([
    [
      "nothing is declared",
      { config: propose({ lessons: undefined, knobs: [] }) },
      "has no file to write to",
    ],
    [
      "the lesson file is not there",
      { files: new Map([["settings.json", "{}"]]) },
      "skills/triage/SKILL.md is not among",
    ],
    ["a settings file is not JSON", settingsOf("{ oops"), "settings.json is not valid JSON"],
    [
      "a setting is not there",
      settingsOf('{"temperature": 1}'),
      'no number, text or truth value at "retries.max"',
    ],
  ])("explains itself when %s", async (_, changes, sentence) => {
    await expect(offline.propose(aSituation(changes))).rejects.toThrow(sentence);
  });
});

const lessons = {
  file: "skills/triage/SKILL.md",
  under: "## Routing",
  format: "- {category}: {terms}",
  from: ["task" as const],
  terms: 8,
};

const threeWords = {
  failures: [
    ...aSituation().failures,
    ...["card declined and charged", "charged to a declined card", "declined at the till"].map((task) =>
      anOutcome({ task }),
    ),
  ],
};

function propose(changes: {
  [Key in keyof Config["propose"]]?: Config["propose"][Key] | undefined;
}): Config["propose"] {
  return { ...aSituation().config, ...changes } as Config["propose"];
}

function settingsOf(text: string): Partial<Situation> {
  return { files: new Map([...aSituation().files, ["settings.json", text]]) };
}

function contentOf(draft: Draft | undefined): string {
  const edit = draft?.edits[0];
  return edit?.kind === "write" ? edit.content : "";
}

/** Every idea it has, in order, each tried as soon as it is given. */
async function exhaust(changes: Partial<Situation>): Promise<Draft[]> {
  const tried = new Set<string>();
  const drafts: Draft[] = [];
  const alreadyTried: Situation["alreadyTried"] = (contents) => tried.has(JSON.stringify([...contents]));
  for (;;) {
    const draft = await offline.propose(aSituation({ ...changes, alreadyTried }));
    if (!draft) return drafts;
    drafts.push(draft);
    tried.add(JSON.stringify([[draft.edits[0]!.path, contentOf(draft)]]));
  }
}
