import { KiraError } from "../domain/errors.ts";
import type { Proposer } from "./contract.ts";
import { offline } from "./offline.ts";

/** Every proposer that `propose.model` can name. */
export const proposers = { offline } satisfies Record<string, Proposer>;
export type ProposerName = keyof typeof proposers;

/** @throws KiraError `unavailable` for a model that this version cannot reach */
export function findProposer(model: string): Proposer {
  if (Object.hasOwn(proposers, model)) return proposers[model as ProposerName];
  const known = Object.keys(proposers).join(", ");
  throw new KiraError(
    "unavailable",
    `The model "${model}" is not supported by this version. Use one of: ${known}.`,
    {
      model,
    },
  );
}
