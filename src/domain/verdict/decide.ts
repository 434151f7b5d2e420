import { isSaturated, nextBetter } from "./better.ts";
import type { Evidence } from "./evidence.ts";
import { nextExact } from "./exact-change.ts";
import { nextFix } from "./fix.ts";
import { guard } from "./guard.ts";
import { normalQuantile } from "./normal.ts";
import { fewestTasks, type Plan } from "./plan.ts";
import { type Answer, answer, type Step } from "./step.ts";
import { weigh } from "./weigh.ts";

/** All categories together are blocked by chance so often. */
const categoryLevel = 0.05;

/**
 * The next step of an evaluation: which trials are wanted, or what the answer is. It follows from evidence and plan
 * alone, so that an evaluation that was interrupted takes the same path again over the trials that were kept.
 * @param doubtAt see `guard`
 */
export function nextStep(evidence: Evidence, plan: Plan, doubtAt?: number): Step {
  const canDecide = evidence.length >= fewestTasks && !isSaturated(evidence);
  const exact =
    plan.claim === "better" && plan.deterministic && canDecide ? nextExact(evidence, plan.runs) : undefined;
  const step = exact ?? (plan.claim === "fix" ? nextFix(evidence, plan) : nextBetter(evidence, plan));
  if ("wanted" in step || step.answer.kind !== "improved") return step;
  // What is better on the whole may have broken a part.
  const { broken, wanted } = guard(plan.claim === "fix" ? [] : evidence, exact !== undefined, doubtAt);
  if (broken.length > 0)
    return answer(
      "regression",
      "broken-task",
      broken.map(({ subject }) => subject.task),
    );
  if (wanted.length > 0) return { wanted };
  const worse = worseCategories(evidence, plan);
  return worse.length > 0 ? answer("regression", "broken-category", worse) : step;
}

/** Categories that got worse even at the upper end of what their trials leave open. */
function worseCategories(evidence: Evidence, { delta, drift }: Plan): string[] {
  const byCategory = Map.groupBy(evidence, ({ subject }) => subject.category);
  if (byCategory.size < 2) return [];
  const z = normalQuantile(1 - categoryLevel / byCategory.size);
  return [...byCategory].flatMap(([category, tasks]) => {
    const { fresh } = weigh(tasks, delta, drift);
    return fresh && fresh.delta + z / Math.sqrt(fresh.information) < 0 ? [category] : [];
  });
}

/**
 * The answer to scores that somebody else gathered. What is still wanted will not be made by us, so only tasks that are
 * likelier broken than not keep an improvement open.
 */
export function answerGiven(evidence: Evidence, plan: Plan): Answer {
  const step = nextStep(evidence, plan, 0);
  if ("answer" in step) return step.answer;
  const suspects = step.wanted.filter(({ stage }) => stage === "guard");
  if (suspects.length === 0) return { kind: "undecided", why: "open", names: [] };
  const names = new Set(suspects.map(({ task }) => evidence[task]!.subject.task));
  return { kind: "undecided", why: "suspects", names: [...names] };
}

/** An answer where no further trial will be made: what is not decided yet stays so. */
export function answerNow(evidence: Evidence, plan: Plan): Answer {
  const step = nextStep(evidence, plan);
  return "answer" in step ? step.answer : { kind: "undecided", why: "budget", names: [] };
}
