import { betaFrom, type Random } from "./beta.ts";
import { type Evidence, TaskEvidence } from "./evidence.ts";
import { ledgerRuns, planFor, type PlanRequest } from "./plan.ts";
import { type Prior, priorOf } from "./prior.ts";
import { rehearse } from "./rehearse.ts";
import { shifted } from "./shifted.ts";
import type { AnswerKind } from "./step.ts";

/** Numbers of new trials that a person may be ready to pay for. */
export const budgets = [10, 30, 100, 300] as const;

/** What a change may do: move the rates of all tasks, by so much on average, or mend the failing tasks. */
export type Effect = number | "mended";

export interface ForecastRequest {
  /** Ledger, and baseline trials of today that are shared: as before the first trial of the evaluation. */
  readonly evidence: Evidence;
  readonly request: PlanRequest;
  readonly effect: Effect;
  readonly repetitions: number;
  readonly random: Random;
  /** Ascending. */
  readonly budgets?: readonly number[];
}

export interface Forecast {
  readonly budgets: readonly {
    /** New trials, the guard's included, the ledger's not. */
    readonly trials: number;
    /** The chance of any answer but undecided. */
    readonly decided: number;
    readonly chances: Readonly<Record<AnswerKind, number>>;
  }[];
  /** New trials until the answer, on average. */
  readonly trials: number;
}

const [failingRate, mendedRate] = [0.1, 0.8];

/**
 * The chances of an evaluation before it is paid for: it is played `repetitions` times by the rule that would decide
 * it, with the tasks' success rates as uncertain as the ledger leaves them. Scores are pass or fail. What it does not
 * know: provider drift, partial credit, and trials that resemble each other because they were made together.
 */
export function forecast(asked: ForecastRequest): Forecast {
  const { evidence, request, effect, repetitions, random, budgets: marks = budgets } = asked;
  const tallies = marks.map(() => ({ improved: 0, "not-improved": 0, regression: 0, undecided: 0 }));
  // Tasks that a change is to mend are chosen because they fail: they are unlike the rest.
  const prior = (fixes: boolean) =>
    priorOf(evidence.flatMap(({ subject, ledger }) => (subject.fixes === fixes ? [ledger] : [])));
  const [failing, other] = [prior(true), prior(false)];
  const runs = request.claim === "better" ? ledgerRuns(evidence.length) : 0;
  let trials = 0;
  for (let i = 0; i < repetitions; i++) {
    const baseline = evidence.map((task) =>
      rateOf(task, task.subject.fixes ? failing : other, effect, random),
    );
    const candidate =
      effect === "mended"
        ? baseline.map((rate, task) => (evidence[task]!.subject.fixes ? mendedRate : rate))
        : shifted(baseline, effect);
    const coin = (rate: number) => (random() < rate ? 1 : 0);
    const known = evidence.map((task, at) => copyOf(task, runs, () => coin(baseline[at]!)));
    const rates = { baseline, candidate };
    const plan = planFor(known, request);
    const most = Math.max(2 * plan.cap, ...marks);
    const played = rehearse(known, plan, ({ task, arm }) => coin(rates[arm][task]!), { marks, most });
    trials += played.main + played.guard;
    for (const [at, { kind }] of played.atMarks.entries()) tallies[at]![kind] += 1 / repetitions;
  }
  return {
    budgets: tallies.map((chances, at) => ({
      trials: marks[at]!,
      decided: 1 - chances.undecided,
      chances,
    })),
    trials: trials / repetitions,
  };
}

/** A success rate that the ledger leaves possible. */
function rateOf(
  { subject, ledger: { n, s } }: TaskEvidence,
  { a, b }: Prior,
  effect: Effect,
  random: Random,
) {
  if (n > 0) return betaFrom(random, a + s, b + n - s);
  return effect === "mended" && subject.fixes ? failingRate : betaFrom(random, a, b);
}

/** A task before its first new trial, its ledger filled if the claim rests on one. */
function copyOf({ subject, ledger, main }: TaskEvidence, runs: number, score: () => number): TaskEvidence {
  const stored = ledger.n > 0 || runs === 0 ? ledger : Array.from({ length: runs }, score);
  const copy = new TaskEvidence(subject, stored);
  for (const shared of main.baseline) copy.add("baseline", shared);
  return copy;
}
