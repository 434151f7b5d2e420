import { answerNow, nextStep } from "./decide.ts";
import type { Evidence, Wanted } from "./evidence.ts";
import type { Plan } from "./plan.ts";
import type { Answer } from "./step.ts";

/** An evaluation that was played to its end with made-up trials. */
export interface Rehearsal {
  readonly answer: Answer;
  /** New trials by stage. */
  readonly main: number;
  readonly guard: number;
  /** The answer if the trials had ended at each of the marks. */
  readonly atMarks: readonly Answer[];
}

interface Limits {
  /** Numbers of new trials, ascending. */
  readonly marks?: readonly number[];
  /** New trials after which what is undecided stays so. */
  readonly most?: number;
}

/**
 * Plays an evaluation by the rule that decides real ones.
 * @param evidence grows by the trials
 * @param attempt the score of a trial, in 0…1
 */
export function rehearse(
  evidence: Evidence,
  plan: Plan,
  attempt: (wanted: Wanted) => number,
  { marks = [], most = Number.POSITIVE_INFINITY }: Limits = {},
): Rehearsal {
  const spent = { main: 0, guard: 0 };
  const atMarks: Answer[] = [];
  const ended = (answer: Answer): Rehearsal => ({
    answer,
    ...spent,
    atMarks: marks.map((_, i) => atMarks[i] ?? answer),
  });
  for (;;) {
    const step = nextStep(evidence, plan);
    if ("answer" in step) return ended(step.answer);
    for (const wanted of step.wanted) {
      if (spent.main + spent.guard >= most) return ended(answerNow(evidence, plan));
      evidence[wanted.task]!.add(wanted.arm, attempt(wanted), wanted.stage);
      spent[wanted.stage]++;
      // A budget may end in the middle of a step.
      if (spent.main + spent.guard === marks[atMarks.length]) atMarks.push(answerNow(evidence, plan));
    }
  }
}
