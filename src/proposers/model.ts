import { assemblePrompt } from "../domain/prompt/assemble.ts";
import type { Prompt } from "../domain/prompt/situation.ts";
import type { Model } from "../models/contract.ts";
import type { Proposer, Situation } from "./contract.ts";
import { Conversation } from "./conversation.ts";
import { proposePrompt } from "./prompts/propose.ts";

/** Opens a model by the name the user gives it. @throws KiraError `unavailable` */
export type OpenModel = (name: string) => Promise<Model>;

/** A proposer that asks a language model. */
export function modelProposer(name: string, open: OpenModel): Proposer {
  return {
    name,
    prompt: promptFor,
    async propose(situation) {
      situation.signal?.throwIfAborted();
      const model = await open(name);
      return new Conversation(model, promptFor(situation), situation).draft();
    },
  };
}

function promptFor(situation: Situation): Prompt {
  return assemblePrompt(situation, proposePrompt, situation.config.promptTokens);
}
