import { KiraError } from "../domain/errors.ts";
import { commandProposer } from "./command.ts";
import type { Proposer } from "./contract.ts";
import { offline } from "./offline.ts";

/** Every proposer that `propose.model` can name. */
export const proposers = { offline } satisfies Record<string, Proposer>;
export type ProposerName = keyof typeof proposers;

/** Proposers of which there are many, by what stands before the colon of `propose.model`. */
export const families = { command: commandProposer } satisfies Record<string, (name: string) => Proposer>;
export type FamilyName = keyof typeof families;

/** @throws KiraError `unavailable` for a model that this version cannot reach */
export function findProposer(model: string): Proposer {
  if (Object.hasOwn(proposers, model)) return proposers[model as ProposerName];
  const [, family = "", name = ""] = /^([^:]+):(.+)$/.exec(model) ?? [];
  if (Object.hasOwn(families, family)) return families[family as FamilyName](name);
  const known = [...Object.keys(proposers), ...Object.keys(families).map((each) => `${each}:<name>`)].join(
    ", ",
  );
  throw new KiraError(
    "unavailable",
    `The model "${model}" is not supported by this version. Use one of: ${known}.`,
    {
      model,
    },
  );
}
