import type { Pattern } from "../domain/analysis.ts";
import type { Config } from "../domain/config.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Draft } from "../domain/proposal.ts";

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
  readonly costUsd: number;
  readonly model: string | null;
  /** When it ended, in UTC. */
  readonly endedAt: string;
  /** All files that it left, as text. */
  readonly files: ReadonlyMap<string, string>;
  /** What else stands there and cannot be proposed, as sentences: links, programs, what is no text or too large. */
  readonly refused: readonly string[];
}

/** All that a proposer is given. Held-out tasks, criteria and protected files are not in it. */
export interface Situation {
  readonly pattern: Pattern;
  /** The failures behind the pattern, and other outcomes to tell them from; newest first. */
  readonly failures: readonly Outcome[];
  readonly contrast: readonly Outcome[];
  /** The allowed files of the parent's configuration, by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly config: Config["propose"];
  /** Whether writing these contents, by path, is an idea that has been proposed before, on whatever parent. */
  readonly alreadyTried: (contents: ReadonlyMap<string, string | undefined>) => boolean;
  readonly seed: number;
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
  /**
   * @returns undefined when it has no idea left that has not been tried
   * @throws KiraError `unavailable` if what it needs is not there
   */
  propose(situation: Situation): Promise<Draft | undefined>;
}
