import { nextBetter } from "./better.ts";
import type { Evidence } from "./evidence.ts";
import { nextExact } from "./exact-change.ts";
import { nextFix } from "./fix.ts";
import { guard } from "./guard.ts";
import { normalQuantile } from "./normal.ts";
import type { Plan } from "./plan.ts";
import { type Answer, answer, type Step } from "./step.ts";
import { weigh } from "./weigh.ts";

/** All categories together are blocked by chance so often. */
const categoryLevel = 0.05;

/**
 * The next step of an evaluation: which trials are wanted, or what the answer is. It follows from evidence and plan
 * alone, so that an evaluation that was interrupted takes the same path again over the trials that were kept.
 */
export function nextStep(evidence: Evidence, plan: Plan): Step {
  const step = claimStep(evidence, plan);
  if ("wanted" in step || step.answer.kind !== "improved") return step;
  // What is better on the whole may have broken a part.
  const { broken, wanted } = guard(plan.claim === "fix" ? [] : evidence);
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

function claimStep(evidence: Evidence, plan: Plan): Step {
  if (plan.claim === "fix") return nextFix(evidence, plan);
  const exact = plan.deterministic && evidence.length > 0 ? nextExact(evidence) : undefined;
  return exact ?? nextBetter(evidence, plan);
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

/** An answer where no further trial will be made: what is not decided yet stays so. */
export function answerNow(evidence: Evidence, plan: Plan): Answer {
  const step = nextStep(evidence, plan);
  return "answer" in step ? step.answer : { kind: "undecided", why: "budget", names: [] };
}
