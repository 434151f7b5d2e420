import type { Wanted } from "./evidence.ts";

/** What the evidence amounts to. */
export type AnswerKind = "improved" | "not-improved" | "regression" | "undecided";

/** Why an evaluation ended; what a person reads is made of it. */
export type Why =
  /** Fewer tasks decide than a verdict needs. */
  | "few-tasks"
  /** An agent sees exactly the same in both arms. */
  | "same"
  /** Production passes every task: there is nothing to gain on this bank. */
  | "saturated"
  /** The likelihood ratio crossed a bound: against fresh baseline, or against the ledger alone. */
  | "bound"
  | "screen"
  /** All trials were made; the last look decided, or did not. */
  | "cap"
  /** The trials that --runs allows were made. */
  | "runs"
  /** A deterministic agent: no result changed, or the results that changed were counted. */
  | "no-change"
  | "exact"
  /** The failing tasks still fail, or were mended. */
  | "still-fails"
  | "mended"
  /** Whether some other task is broken could not be settled. */
  | "unsettled"
  /** The mean fell, by more than its trials leave in doubt. */
  | "worse"
  /** A single task or a whole category was broken. */
  | "broken-task"
  | "broken-category"
  /** Scores that were given do not decide, or leave it open whether single tasks are broken. */
  | "open"
  | "suspects"
  /** A limit of the budget stopped it. */
  | "budget"
  /** Tasks that the proposer saw failing still fail. */
  | "fixes-nothing";

export interface Answer {
  readonly kind: AnswerKind;
  readonly why: Why;
  /** Tasks or categories that the reason is about. */
  readonly names: readonly string[];
}

/** What comes next: more trials, or the answer. */
export type Step = { readonly wanted: readonly Wanted[] } | { readonly answer: Answer };

export const answer = (kind: AnswerKind, why: Why, names: readonly string[] = []): { answer: Answer } => ({
  answer: { kind, why, names },
});
