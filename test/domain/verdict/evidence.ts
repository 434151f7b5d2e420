import { type Subject, TaskEvidence, type Wanted } from "../../../src/domain/verdict/evidence.ts";
import { type Plan, planFor, type PlanRequest } from "../../../src/domain/verdict/plan.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import type { Step } from "../../../src/domain/verdict/step.ts";

/** Scores of each arm: `"1110"` for passes and failures, numbers for partial credit. */
type Marks = string | readonly number[];

export interface Shape extends Partial<Subject> {
  readonly ledger?: Marks;
  readonly baseline?: Marks;
  readonly candidate?: Marks;
  readonly guard?: { readonly baseline: Marks; readonly candidate: Marks };
}

const scoresOf = (marks: Marks = ""): number[] =>
  typeof marks === "string" ? [...marks].map(Number) : [...marks];

/** A task with these trials. */
export function aTaskWith({ ledger, baseline, candidate, guard, ...more }: Shape = {}): TaskEvidence {
  const about = { task: "refund", category: "billing", family: "refunds", mustPass: false, fixes: false };
  const evidence = new TaskEvidence({ ...about, ...more }, scoresOf(ledger));
  for (const score of scoresOf(baseline)) evidence.add("baseline", score);
  for (const score of scoresOf(candidate)) evidence.add("candidate", score);
  for (const arm of ["baseline", "candidate"] as const)
    for (const score of scoresOf(guard?.[arm])) evidence.add(arm, score, "guard");
  return evidence;
}

/** `count` tasks like that, each of a name and a family of its own. */
export function tasksWith(count: number, shape: Shape = {}, prefix = "task"): TaskEvidence[] {
  return Array.from({ length: count }, (_, i) =>
    aTaskWith({ task: `${prefix}-${i}`, family: `${prefix}-family-${i}`, ...shape }),
  );
}

export const rule = ruleFor(0.1)!;

/** The plan on evidence that holds ledger and shared trials only. */
export const planOn = (evidence: readonly TaskEvidence[], request: Partial<PlanRequest> = {}): Plan =>
  planFor(evidence, { rule, claim: "better", ...request });

/** A plan whose bounds are the rule's own: the ledger varies as a coin does, and the bank is not small. */
export const plainPlan = (more: Partial<Plan> = {}): Plan => ({
  ...planOn(tasksWith(20, { ledger: "101010101010" })),
  ...more,
});

/** What is wanted next. @throws Error if there is an answer instead */
export function wantedIn(step: Step): readonly Wanted[] {
  if ("wanted" in step) return step.wanted;
  throw new Error(`Answered ${JSON.stringify(step.answer)}`);
}
