import type { AnswerKind } from "./step.ts";

export const verdictKinds = ["improved", "not-improved", "regression", "inconclusive"] as const;
export type VerdictKind = (typeof verdictKinds)[number];

/** What an answer is called where people read it. */
export const verdictOf = (kind: AnswerKind): VerdictKind => (kind === "undecided" ? "inconclusive" : kind);
