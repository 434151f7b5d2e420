import { betaFrom, type Random } from "./beta.ts";
import { cellOf, mean, meanOf, sumOf, varianceOf } from "./cell.ts";
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
 * it, with the tasks' success rates as uncertain as the ledger leaves them, and scores that vary as much as the ledger's
 * do. What it does not know: provider drift, and trials that resemble each other because they were made together.
 */
export function forecast(asked: ForecastRequest): Forecast {
  const { evidence, request, effect, repetitions, random, budgets: marks = budgets } = asked;
  const tallies = marks.map(() => ({ improved: 0, "not-improved": 0, regression: 0, undecided: 0 }));
  // Tasks that a change is to mend are chosen because they fail: they are unlike the rest.
  const prior = (fixes: boolean) =>
    priorOf(evidence.flatMap(({ subject, ledger }) => (subject.fixes === fixes ? [ledger] : [])));
  const [failing, other] = [prior(true), prior(false)];
  const spread = spreadOf(evidence);
  const runs = request.claim === "better" ? ledgerRuns(evidence.length) : 0;
  let trials = 0;
  for (let i = 0; i < repetitions; i++) {
    const baseline = evidence.map((task) =>
      rateOf(task, task.subject.fixes ? failing : other, effect, spread, random),
    );
    const candidate =
      effect === "mended"
        ? baseline.map((rate, task) => (evidence[task]!.subject.fixes ? mendedRate : rate))
        : shifted(baseline, effect);
    const score = (rate: number) => rate + spread * ((random() < rate ? 1 : 0) - rate);
    const known = copyOf(evidence, runs, (task) => score(baseline[task]!));
    const rates = { baseline, candidate };
    const plan = planFor(known, request);
    const most = Math.max(2 * plan.cap, ...marks);
    const played = rehearse(known, plan, ({ task, arm }) => score(rates[arm][task]!), { marks, most });
    trials += played.main + played.guard;
    for (const [at, { kind }] of played.atMarks.entries()) tallies[at]![kind]++;
  }
  return {
    budgets: tallies.map((tally, at) => {
      const share = (kind: AnswerKind) => tally[kind] / repetitions;
      const [improved, no, regression] = [share("improved"), share("not-improved"), share("regression")];
      const undecided = share("undecided");
      const chances = { improved, "not-improved": no, regression, undecided };
      return { trials: marks[at]!, decided: 1 - undecided, chances };
    }),
    trials: trials / repetitions,
  };
}

/** A success rate that the ledger leaves possible. */
function rateOf(
  { subject, ledger: { n, s } }: TaskEvidence,
  { a, b }: Prior,
  effect: Effect,
  spread: number,
  random: Random,
) {
  // A score that varies less than a coin tells more: as much as so many coins.
  const worth = 1 / spread ** 2;
  if (n > 0) return betaFrom(random, a + worth * s, b + worth * (n - s));
  return effect === "mended" && subject.fixes ? failingRate : betaFrom(random, a, b);
}

/** How far a trial's score varies, in units of a coin of the same mean: 1 for pass or fail, less for partial credit. */
function spreadOf(evidence: Evidence): number {
  const known = evidence.map(({ ledger }) => ledger).filter(({ n }) => n > 1);
  const coin = mean(known.map((cell) => (meanOf(cell) * (1 - meanOf(cell)) * cell.n) / (cell.n - 1)));
  const seen = mean(known.map(varianceOf));
  const ratio = coin === 0 || seen === 0 ? 1 : Math.sqrt(seen / coin);
  // Passes and failures make exactly a coin, up to what floating-point numbers lose.
  return ratio > 0.999 ? 1 : ratio;
}

/** The tasks before their first new trial, the ledger filled up to so many runs of each. */
function copyOf(evidence: Evidence, runs: number, score: (task: number) => number): TaskEvidence[] {
  return evidence.map(({ subject, ledger, main }, task) => {
    const filled = cellOf(Array.from({ length: Math.max(0, runs - ledger.n) }, () => score(task)));
    const copy = new TaskEvidence(subject, sumOf(ledger, filled));
    for (const shared of main.baseline) copy.add("baseline", shared);
    return copy;
  });
}
