import type { Budget } from "../domain/budget.ts";
import type { Config } from "../domain/config.ts";
import type { Contents } from "../domain/edits.ts";
import type { Draft } from "../domain/proposal.ts";
import type { Prompt, Told } from "../domain/prompt/situation.ts";

/** All that a proposer is given. Held-out tasks, criteria and protected files are not in it. */
export interface Situation extends Told {
  readonly config: Config["propose"];
  /** Whether writing these contents, by path, is an idea that has been proposed before, on whatever parent. */
  readonly alreadyTried: (contents: Contents) => boolean;
  /** What is wrong with a change, as sentences, before anything is recorded; it is checked again afterwards. */
  readonly problems: (contents: Contents) => string[];
  readonly seed: number;
  /** What may be spent on models. */
  readonly budget: Budget;
  /** Called with the number of characters that a model has answered so far. */
  readonly onProgress?: ((characters: number) => void) | undefined;
  readonly signal?: AbortSignal;
}

/** Turns a pattern of failures into a change that might prevent them. */
export interface Proposer {
  readonly name: string;
  /** What it would send to a model, which nobody is asked for; absent from one that asks none. */
  prompt?(situation: Situation): Prompt;
  /**
   * @returns undefined when it has no idea left that has not been tried
   * @throws KiraError `unavailable` if what it needs is not there; `refused` for a model that declines, or whose
   *   answers cannot be used; `inconclusive` when the money is spent
   */
  propose(situation: Situation): Promise<Draft | undefined>;
}
