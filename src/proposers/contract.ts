import type { Pattern } from "../domain/analysis.ts";
import type { Config } from "../domain/config.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Draft } from "../domain/proposal.ts";

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
