import type { Pattern } from "../analysis.ts";
import type { Config } from "../config.ts";
import type { Outcome } from "../outcome.ts";

/** A task that a proposer may see, and how the configuration fails at it. It does not decide about the proposal. */
export interface SeenTask {
  readonly name: string;
  readonly prompt: string;
  /** What the agent answered in the worst of its trials. */
  readonly answer: string;
  /** The grader's; it never quotes what was expected. */
  readonly reason: string;
  readonly failed: number;
  readonly trials: number;
  /** The mean of all its trials. */
  readonly score: number;
}

/** An earlier proposal for the same pattern, in as few words as keep a proposer from fitting it to the exam. */
export interface PastAttempt {
  readonly hypothesis: string;
  readonly files: readonly string[];
  readonly verdict:
    "merged" | "improved" | "not-improved" | "regression" | "inconclusive" | "rejected" | "untried";
  /** Mean scores, 0…1, of shown tasks alone. */
  readonly effects: readonly { readonly task: string; readonly before: number; readonly after: number }[];
}

/** What a model is told. Held-out tasks, criteria, expected answers and protected files are not in it. */
export interface Told {
  readonly pattern: Pattern;
  /** The failures behind the pattern, and other outcomes to tell them from; newest first. */
  readonly failures: readonly Outcome[];
  readonly contrast: readonly Outcome[];
  /** Files that may be changed, by path: all of them, or in a large configuration those that matter most. */
  readonly files: ReadonlyMap<string, string>;
  /** The paths of all files that may be changed. */
  readonly paths: readonly string[];
  readonly seen: readonly SeenTask[];
  readonly attempts: readonly PastAttempt[];
  /** Hypotheses of proposals that were made in the same breath. */
  readonly drafted: readonly string[];
  readonly allow: readonly string[];
  readonly limits: Config["limits"];
  readonly preset: Config["preset"];
}

/** What a model, or a program that asks one, is sent, and what has to be remembered of it. */
export interface Prompt {
  /** Of the text that asks; it is recorded with the proposal. */
  readonly version: string;
  readonly system: string;
  readonly user: string;
  readonly schema: object | undefined;
  readonly seenTasks: readonly string[];
  /** An estimate of all of it: characters by four. */
  readonly tokens: number;
}
