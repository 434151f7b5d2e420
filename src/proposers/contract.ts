import type { Budget } from "../domain/budget.ts";
import type { Config } from "../domain/config.ts";
import type { Contents } from "../domain/edits.ts";
import type { Draft } from "../domain/proposal.ts";
import type { Prompt, Told } from "../domain/prompt/situation.ts";

/** A program that a proposer wants run; the loop runs it, as it runs agents. */
export interface Errand {
  /** What the user calls it. */
  readonly name: string;
  readonly command: readonly string[];
  /** Names of the user's variables that it gets. */
  readonly env: readonly string[];
  /** Its standard input, and also the text of a file beside its work. */
  readonly prompt: string;
  readonly timeoutMs: number;
}

/** How an errand ended, and what it left. */
export interface Returned {
  readonly exitCode: number | null;
  readonly endedBy: string | null;
  readonly timedOut: boolean;
  /** Whether it was killed for taking too much memory, disk or processes; its error output says which. */
  readonly exceeded: boolean;
  /** Without a sandbox it had the user's home, and with that their logins. */
  readonly contained: boolean;
  /** Its last words: from its result file if it left one, or else what it printed. */
  readonly text: string;
  readonly stderr: string;
  /** False if it says itself that it failed. */
  readonly ok: boolean;
  /** As it was counted outside, or as the program says if that is more; null if no price of its model is known. */
  readonly costUsd: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly model: string | null;
  readonly durationMs: number;
  /** The limit at which it was refused further answers of a model; `unpriced` if none can be kept for want of a price. */
  readonly cutOff: { readonly why: string; readonly unpriced: boolean } | undefined;
  /** Why its model did not answer, where that is not its own doing. */
  readonly trouble: string | undefined;
  /** When it ended, in UTC. */
  readonly endedAt: string;
  /** All files that it left, as text. */
  readonly files: ReadonlyMap<string, string>;
  /** What else stands there and cannot be proposed, as sentences: links, programs, what is no text or too large. */
  readonly refused: readonly string[];
}

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
  /** Called with the number of characters that a model has answered so far: 0 when it is asked. */
  readonly onProgress?: ((characters: number) => void) | undefined;
  /**
   * Runs a program in a folder that holds `files` and nothing else, contained.
   * @throws KiraError `unavailable` if it cannot be started or contained, `interrupted` on the signal
   */
  readonly run: (errand: Errand) => Promise<Returned>;
  readonly signal?: AbortSignal;
}

/** Turns a pattern of failures into a change that might prevent them. */
export interface Proposer {
  readonly name: string;
  /** What it would send to a model or a program, and nobody is asked; absent from one that asks none. */
  prompt?(situation: Situation): Prompt;
  /**
   * @returns undefined when it has no idea left that has not been tried
   * @throws KiraError `unavailable` if what it needs is not there; `refused` for a model that declines, or whose
   *   answers cannot be used; `inconclusive` when the money is spent
   */
  propose(situation: Situation): Promise<Draft | undefined>;
}
