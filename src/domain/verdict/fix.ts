import { settle } from "./broken.ts";
import type { Evidence, TaskEvidence, Wanted } from "./evidence.ts";
import { pairEvidence, stillFailsAt } from "./mended.ts";
import { fewestTasks, type Plan } from "./plan.ts";
import { answer, type Step } from "./step.ts";

/** Candidate trials of the failing tasks before anything else: if they all fail, nothing was mended. */
const firstTries = 3;

/**
 * The next step of the claim *fix*: the failing tasks are tried first, in fresh pairs; once they are mended, each other
 * task until it is known not to be broken.
 */
export function nextFix(evidence: Evidence, plan: Plan): Step {
  if (evidence.length < fewestTasks) return answer("undecided", "few-tasks");
  const failing = evidence.flatMap(({ subject }, i) => (subject.fixes ? [i] : []));
  const first = dealt(failing, Math.min(firstTries, plan.runs * failing.length));
  const scores = first.map(({ task, nth }) => evidence[task]!.main.candidate[nth]);
  const untried = first.filter((_, i) => scores[i] === undefined);
  if (untried.length > 0) return { wanted: untried.map(({ task }) => wanted(task, "candidate")) };
  if (scores.every((score) => score === 0)) return answer("not-improved", "still-fails");
  const strength = mendedEvidence(evidence);
  if (strength <= stillFailsAt) return answer("not-improved", "still-fails");
  return strength < plan.mended ? nextPair(evidence, failing, plan) : nextOther(evidence, plan);
}

/** The log e-value of "the failing tasks were mended", over the pairs of fresh trials in their order. */
export function mendedEvidence(evidence: Evidence): number {
  let total = 0;
  for (const { subject, main } of evidence) {
    if (!subject.fixes) continue;
    const pairs = Math.min(main.baseline.length, main.candidate.length);
    for (let i = 0; i < pairs; i++) total += pairEvidence(main.baseline[i]!, main.candidate[i]!);
  }
  return total;
}

const wanted = (task: number, arm: Wanted["arm"]): Wanted => ({ task, arm, stage: "main" });

/** So many trials dealt to the tasks in turn: each task's nth. */
const dealt = (tasks: readonly number[], count: number) =>
  Array.from({ length: count }, (_, i) => ({
    task: tasks[i % tasks.length]!,
    nth: Math.floor(i / tasks.length),
  }));

function nextPair(evidence: Evidence, failing: readonly number[], { runs, cap }: Plan): Step {
  const pairs = ({ main }: TaskEvidence) => Math.min(main.baseline.length, main.candidate.length);
  const task = failing.reduce((a, b) => (pairs(evidence[b]!) < pairs(evidence[a]!) ? b : a));
  const { baseline, candidate } = evidence[task]!.main;
  const n = pairs(evidence[task]!);
  if (n >= runs) return answer("undecided", "runs");
  // Scores that are neither better nor worse in either arm would be paired for ever.
  if (2 * n * failing.length >= cap) return answer("undecided", "cap");
  return {
    wanted: [
      ...(baseline.length <= n ? [wanted(task, "baseline")] : []),
      ...(candidate.length <= n ? [wanted(task, "candidate")] : []),
    ],
  };
}

/** The other tasks side by side, each by its own next trial, until all are cleared or one is broken. */
function nextOther(evidence: Evidence, { runs }: Plan): Step {
  const others = evidence.flatMap((task, i) => {
    if (task.subject.fixes) return [];
    return [{ i, task, state: settle(task.ledger, task.sums.baseline, task.sums.candidate) }];
  });
  const named = (state: string) =>
    others.filter((o) => o.state === state).map(({ task }) => task.subject.task);
  if (named("broken").length > 0) return answer("regression", "broken-task", named("broken"));
  const next = others.flatMap(({ i, task, state }) => {
    if (state !== "baseline" && state !== "candidate") return [];
    return task.main[state].length < runs ? [wanted(i, state)] : [];
  });
  if (next.length > 0) return { wanted: next };
  const open = others.filter(({ state }) => state !== "intact").map(({ task }) => task.subject.task);
  return open.length === 0 ? answer("improved", "mended") : answer("undecided", "unsettled", open);
}
