import type { Grade } from "../domain/trial.ts";

/** What a criterion asks for: whether it holds, and the reason if it does not. */
export type Check = readonly [holds: boolean, otherwise: string];

/** All or nothing: 1 if every check holds, else 0 with what does not. */
export function allOf(checks: readonly Check[]): Grade {
  const broken = checks.filter(([holds]) => !holds).map(([, otherwise]) => otherwise);
  return broken.length === 0 ? { score: 1, reason: "as asked" } : zero(broken.join(", "));
}

export function zero(reason: string): Grade {
  return { score: 0, reason };
}
