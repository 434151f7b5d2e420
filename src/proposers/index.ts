import { KiraError } from "../domain/errors.ts";
import type { Proposer } from "./contract.ts";
import { modelProposer, type OpenModel } from "./model.ts";
import { offline } from "./offline.ts";

/** Every proposer that `propose.model` can name and that needs no model. */
export const proposers = { offline } satisfies Record<string, Proposer>;
export type ProposerName = keyof typeof proposers;

/**
 * One of those, or a proposer that asks the model of that name.
 * @throws KiraError `unavailable` for a name that is neither
 */
export function findProposer(model: string, open: OpenModel): Proposer {
  if (Object.hasOwn(proposers, model)) return proposers[model as ProposerName];
  if (/^[a-z][a-z0-9-]*:./.test(model)) return modelProposer(model, open);
  const known = Object.keys(proposers).join(", ");
  throw new KiraError(
    "unavailable",
    `The model "${model}" is not supported by this version. Use one of: ${known}; or name a provider and its model, such as ollama:qwen3:14b.`,
    { model },
  );
}
