import { KiraError } from "../../src/domain/errors.ts";
import type { Model, ModelAnswer, ModelRequest } from "../../src/models/contract.ts";

/** What a scripted model says: a text, an answer with its facts, or something made from what it was asked. */
export type Line = string | Partial<ModelAnswer> | ((request: ModelRequest) => string | Partial<ModelAnswer>);

export interface ScriptedModel extends Model {
  /** What it was asked, in order. */
  readonly requests: ModelRequest[];
}

/** A model in this process that keeps the contract and says its lines in order, the last one again and again. */
export function scriptedModel(lines: readonly Line[], name = "scripted:one"): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name,
    price: { input: 2, output: 40 },
    requests,
    async complete(request) {
      if (request.signal?.aborted) throw new KiraError("interrupted", "Stopped. Run the command again.");
      requests.push({ ...request, turns: [...request.turns] });
      const line = lines[Math.min(requests.length, lines.length) - 1] ?? "";
      const said = typeof line === "function" ? line(request) : line;
      const facts = typeof said === "string" ? { text: said } : said;
      const answer: ModelAnswer = {
        ...{ text: "", stop: "end", model: name, costUsd: 0.01, durationMs: 1500 },
        ...{ inputTokens: 1000, outputTokens: 200 },
        ...facts,
      };
      for (const piece of answer.text.match(/[\s\S]{1,40}/g) ?? []) request.onText?.(piece);
      if (request.signal?.aborted) throw new KiraError("interrupted", "Stopped. Run the command again.");
      return answer;
    },
    check: async () => undefined,
    list: async () => [name],
  };
}

/** A whole answer; every field may be changed. */
export function anAnswer(changes: object = {}): string {
  return JSON.stringify({
    description: "Names cards where billing is routed.",
    hypothesis:
      "If cards are named under billing, then card troubles go there, because nothing names them today.",
    expectedImprovement:
      "Requests about cards pass in at least half of their trials; all others stay as they are.",
    risk: "low",
    edits: [
      {
        kind: "replace",
        path: "skills/triage/SKILL.md",
        find: "- billing: invoice, refund",
        replace: "- billing: invoice, refund, anything about a payment card",
      },
    ],
    ...changes,
  });
}
