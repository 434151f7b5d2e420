import { nextStep } from "./decide.ts";
import type { Evidence } from "./evidence.ts";
import { guard } from "./guard.ts";
import type { Plan } from "./plan.ts";
import type { Answer } from "./step.ts";

/** The answer to scores that somebody else gathered: what is still wanted will not be made by us. */
export function answerGiven(evidence: Evidence, plan: Plan): Answer {
  const step = nextStep(evidence, plan);
  if ("answer" in step) return step.answer;
  if (step.wanted.every(({ stage }) => stage === "guard")) {
    const open = new Set(guard(evidence).wanted.map(({ task }) => evidence[task]!.subject.task));
    return { kind: "undecided", why: "suspects", names: [...open] };
  }
  return { kind: "undecided", why: "open", names: [] };
}
