import { describe, expect, test } from "vitest";
import type { Pattern } from "../../src/domain/analysis.ts";
import { Budget } from "../../src/domain/budget.ts";
import { configSchema } from "../../src/domain/config.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Proposer, Situation } from "../../src/proposers/contract.ts";

const skill = `# Triage

## Routing

- billing: invoice, refund

## Urgency

- high: urgent
`;

const settings = `{
  "temperature": 0.9,
  "retries": { "max": 2 }
}
`;

/** A front desk that sends people with card troubles to the wrong desk. */
export function aSituation(changes: Partial<Situation> = {}): Situation {
  const failures = [
    "my card was charged twice, and the refund is missing",
    "card charged again, the bank says",
    "the bank declined my card",
    "charged for a cancelled plan, card ending in 12",
  ].map((task, at) =>
    anOutcome({ id: at + 1, task, outcome: "failure", notes: "answered travel; right: billing" }),
  );
  const contrast = [
    anOutcome({ task: "an invoice for March, please", outcome: "success" }),
    anOutcome({ task: "refund of the second ticket", outcome: "success" }),
    ...[
      "the train was late",
      "book a hotel",
      "flight to Oslo",
      "hotel near the fair",
      "a seat on the train",
    ].map((task) =>
      anOutcome({ task, category: "travel", outcome: "failure", notes: "answered billing; right: travel" }),
    ),
  ];
  return {
    pattern: aPattern(),
    failures,
    contrast,
    files: new Map([
      ["skills/triage/SKILL.md", skill],
      ["settings.json", settings],
    ]),
    config: configSchema.shape.propose.parse({
      lessons: { file: "skills/triage/SKILL.md", under: "## Routing" },
      knobs: [
        { file: "settings.json", path: "temperature", values: [0.3, 0.6, 0.9, 1.2] },
        { file: "settings.json", path: "retries.max", values: [1, 2, 3] },
      ],
    }),
    paths: ["settings.json", "skills/triage/SKILL.md"],
    seen: [],
    attempts: [],
    drafted: [],
    allow: ["settings.json", "skills/**"],
    limits: configSchema.shape.limits.parse({}),
    preset: undefined,
    budget: new Budget({}, () => 0),
    alreadyTried: () => false,
    problems: () => [],
    seed: 1,
    run: () => Promise.reject(new Error("This situation has no place to run a program in.")),
    ...changes,
  };
}

export function anOutcome(changes: Partial<Outcome> = {}): Outcome {
  const when = {
    timestamp: "2026-01-05T09:00:00.000Z",
    durationSeconds: null,
    sessionKey: null,
    commit: null,
  };
  const what = { task: "an invoice", outcome: "failure", category: "billing", notes: null } as const;
  return { id: 0, ...when, ...what, improvementId: null, source: "stdin", ...changes };
}

export function aPattern(changes: Partial<Pattern> = {}): Pattern {
  const numbers = { frequency: 4, previousFrequency: 0, share: 0.5, weight: 14 };
  const words = {
    category: "billing",
    terms: ["card", "charged"],
    focusArea: "Look at the cards.",
    examples: [],
  };
  return { id: "billing-card-charged", kind: "failures", severity: "high", ...numbers, ...words, ...changes };
}

/** What every proposer promises. The suite needs one that answers; a model is scripted to. */
export function promisesOfAProposer(proposer: Proposer, situation: () => Situation = aSituation): void {
  describe(`the proposer ${proposer.name}`, () => {
    test("answers with edits of files it was given, and says what they should do", async () => {
      const draft = await proposer.propose(situation());
      const known = [...situation().files.keys()];
      expect(draft!.edits.length).toBeGreaterThan(0);
      for (const { path } of draft!.edits) expect(known).toContain(path);
      for (const sentence of [draft!.description, draft!.hypothesis, draft!.expectedImprovement])
        expect(sentence.trim()).not.toBe("");
    });

    test("says which model it asked, what that cost and which tasks it was shown", async () => {
      const draft = await proposer.propose(situation());
      expect(draft!.model).not.toBe("");
      // A price that nobody knows is null, never 0.
      if (draft!.costUsd !== null) expect(draft!.costUsd).toBeGreaterThanOrEqual(0);
      expect(Array.isArray(draft!.seenTasks)).toBe(true);
    });

    test("leaves what it was given as it was", async () => {
      const given = situation();
      await proposer.propose(given);
      expect([...given.files]).toEqual([...situation().files]);
      expect(given.failures).toEqual(situation().failures);
    });

    test("stops when the user interrupts", async () => {
      const given = { ...situation(), signal: AbortSignal.abort() };
      await expect(proposer.propose(given)).rejects.toThrow();
    });

    test("has no idea left when everything has been tried", async () => {
      expect(await proposer.propose({ ...situation(), alreadyTried: () => true })).toBeUndefined();
    });
  });
}
