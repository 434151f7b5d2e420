import { KiraError } from "../domain/errors.ts";
import { commandProposer } from "./command.ts";
import type { Proposer } from "./contract.ts";
import { modelProposer, type OpenModel } from "./model.ts";
import { offline } from "./offline.ts";

/** Every proposer that `propose.model` can name and that needs no model. */
export const proposers = { offline } satisfies Record<string, Proposer>;
export type ProposerName = keyof typeof proposers;

/** Proposers of which there are many, by what stands before the colon of `propose.model`. */
export const families = { command: commandProposer } satisfies Record<string, (name: string) => Proposer>;
export type FamilyName = keyof typeof families;

/**
 * One of those, or a proposer that asks the model of that name.
 * @throws KiraError `unavailable` for a name that is neither
 */
export function findProposer(model: string, open: OpenModel): Proposer {
  if (Object.hasOwn(proposers, model)) return proposers[model as ProposerName];
  const [, family = "", name = ""] = /^([^:]+):(.+)$/.exec(model) ?? [];
  if (Object.hasOwn(families, family)) return families[family as FamilyName](name);
  if (/^[a-z][a-z0-9.-]*:./.test(model) || /^claude-/.test(model)) return modelProposer(model, open);
  const known = [
    ...Object.keys(proposers),
    ...["ollama:<name>", "claude-… or anthropic:<name>", "openai:<name>"],
    ...Object.keys(families).map((each) => `${each}:<name>`),
  ];
  throw new KiraError("unavailable", `"${model}" names no proposer. Use one of: ${known.join(", ")}.`, {
    model,
  });
}
