import type { Criterion } from "../domain/task.ts";
import type { Grade } from "../domain/trial.ts";
import type { ModelAnswer, ModelRequest } from "../models/contract.ts";

/** Asks the model that judges by rubrics. @throws KiraError `unavailable` if it cannot be asked */
export type AskJudge = (
  question: Pick<ModelRequest, "system" | "turns" | "schema">,
) => Promise<Pick<ModelAnswer, "text" | "stop">>;

/** What an attempt left behind: all that a grader sees. */
export interface Artifact {
  /** What was asked. */
  readonly prompt: string;
  readonly answer: string;
  /** The trial's folder after the agent has ended. */
  readonly directory: string;
  /** Runs a program beside the artifact, contained, and tells how it ended. */
  readonly run: (
    command: readonly string[],
    timeoutMs: number,
  ) => Promise<{ exitCode: number | null; stdout: string; timedOut: boolean }>;
  /** Absent where no judge is configured. */
  readonly judge?: AskJudge | undefined;
}

/**
 * Judges one kind of criterion. A wrong answer is a score of 0 with a reason, which never quotes what was expected: a
 * proposer may read it. It throws `unavailable` only when the grader itself could not work, which makes the trial an
 * infrastructure error.
 */
export interface Grader<Type extends Criterion["type"] = Criterion["type"]> {
  grade(criterion: Extract<Criterion, { type: Type }>, artifact: Artifact): Promise<Grade>;
}
