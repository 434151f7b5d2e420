import type { Workspace } from "../workspace.ts";
import type { Comparison } from "./comparison.ts";
import type { Question } from "./settle.ts";

export interface Prediction {
  /** The chance of a decision within the budget; undefined without a budget. */
  readonly chanceInBudget: number | undefined;
}

export function predict(_workspace: Workspace, _comparison: Comparison, _question: Question): Prediction {
  return { chanceInBudget: undefined };
}
