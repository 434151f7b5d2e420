import { type Cell, mean, meanOf, sumOf } from "./cell.ts";
import type { Evidence, TaskEvidence } from "./evidence.ts";
import { mendedEvidence } from "./fix.ts";
import { throughJudge } from "./judged.ts";
import { normalQuantile } from "./normal.ts";
import type { Plan } from "./plan.ts";
import { type Estimate, weigh } from "./weigh.ts";

export type Interval = readonly [low: number, high: number];

/** What the trials of an evaluation show, beside its verdict. */
export interface Statistics {
  /** Tasks that decide, and their families. */
  readonly tasks: number;
  readonly families: number;
  /** Mean scores; of the claim *fix*, those of the tasks that are to be mended. */
  readonly baseline: number;
  readonly candidate: number;
  readonly delta: number;
  /** 95 % interval of delta on this bank; where a model judges, of what is behind its errors. */
  readonly interval: Interval;
  /** The same on tasks like these, clustered by family; null below eight families. */
  readonly generalInterval: Interval | null;
  /** Log likelihood ratio for the claim, and from where on it is taken for shown. */
  readonly strength: number;
  readonly bound: number;
  /** The gain that trials like these see in eight of ten cases; null before there are any. */
  readonly minimumDetectable: number | null;
}

const fewestFamilies = 8;
const z95 = normalQuantile(0.975);
const z80 = normalQuantile(0.8);

/** Scores lie in 0…1, so no difference lies outside −1…1. */
export const possible = (low: number, high: number): Interval => [Math.max(-1, low), Math.min(1, high)];

/** @param keptAtLeast of a true difference, by the model that judges some of the tasks; see `throughJudge` */
export function describe(evidence: Evidence, plan: Plan, keptAtLeast = 1): Statistics {
  const families = Map.groupBy(evidence, ({ subject }) => subject.family).size;
  const figuresOf = (some: Evidence) =>
    plan.claim === "fix" ? describeFix(some, plan) : describeBetter(some, plan, families);
  const figures = figuresOf(evidence);
  const counted = plan.claim === "fix" ? evidence.filter(({ subject }) => subject.fixes) : evidence;
  const judged = counted.filter(({ subject }) => subject.judged);
  const statistics = { tasks: evidence.length, families, ...figures };
  if (judged.length === 0 || keptAtLeast === 1) return statistics;
  const { interval, generalInterval, minimumDetectable } = figures;
  const part = { share: judged.length / counted.length, interval: figuresOf(judged).interval, keptAtLeast };
  const behind = (seen: Interval) => possible(...throughJudge(seen, part));
  return {
    ...statistics,
    interval: behind(interval),
    generalInterval: generalInterval && behind(generalInterval),
    minimumDetectable: minimumDetectable && minimumDetectable * (1 + part.share * (1 / keptAtLeast - 1)),
  };
}

const baselineOf = ({ ledger, sums }: TaskEvidence): Cell => sumOf(ledger, sums.baseline);
const isCompared = (task: TaskEvidence) => task.sums.candidate.n > 0 && baselineOf(task).n > 0;
const gainOf = (task: TaskEvidence) => meanOf(task.sums.candidate) - meanOf(baselineOf(task));

type Figures = Omit<Statistics, "tasks" | "families">;

function describeBetter(evidence: Evidence, plan: Plan, families: number): Figures {
  const compared = evidence.filter(isCompared);
  const { screen, fresh } = weigh(evidence, plan.delta, plan.drift);
  const measured = fresh ?? screen;
  // Where nothing varies, the plain mean of the differences is exact.
  const estimate = plan.deterministic ? exactly(mean(compared.map(gainOf))) : measured;
  const { delta } = estimate;
  const error = compared.length === 0 ? 1 : 1 / Math.sqrt(estimate.information);
  const known = compared.length > 0 ? compared : evidence.filter((task) => baselineOf(task).n > 0);
  const baseline = mean(known.map((task) => meanOf(baselineOf(task))));
  return {
    baseline,
    candidate: Math.min(1, Math.max(0, baseline + delta)),
    delta,
    interval: possible(delta - z95 * error, delta + z95 * error),
    generalInterval: families < fewestFamilies ? null : clustered(compared, delta),
    strength: compared.length === 0 ? 0 : measured.ratio,
    bound: plan.accept,
    minimumDetectable: compared.length === 0 ? null : (z95 + z80) * error,
  };
}

const exactly = (delta: number): Estimate => ({ delta, information: Number.POSITIVE_INFINITY, ratio: 0 });

/** Interval with an error that lets whole families differ (Liang and Zeger, 1986). */
function clustered(compared: Evidence, delta: number): Interval | null {
  const gains = compared.map(gainOf);
  const average = mean(gains);
  const byFamily = Map.groupBy(compared.keys(), (i) => compared[i]!.subject.family);
  if (byFamily.size < fewestFamilies) return null;
  const totals = [...byFamily.values()].map((members) =>
    members.reduce((sum, i) => sum + gains[i]! - average, 0),
  );
  const squares = totals.reduce((sum, x) => sum + x * x, 0);
  const error = Math.sqrt((squares * totals.length) / (totals.length - 1)) / compared.length;
  return possible(delta - z95 * error, delta + z95 * error);
}

function describeFix(evidence: Evidence, { mended }: Plan): Figures {
  const failing = evidence.filter(({ subject }) => subject.fixes);
  const baseline = sumOf(...failing.map(({ sums }) => sums.baseline));
  const candidate = sumOf(...failing.map(({ sums }) => sums.candidate));
  const isEmpty = baseline.n === 0 || candidate.n === 0;
  const delta = isEmpty ? 0 : meanOf(candidate) - meanOf(baseline);
  const error = isEmpty ? 1 : Math.sqrt(spreadOf(baseline) + spreadOf(candidate));
  return {
    baseline: meanOf(baseline),
    candidate: meanOf(candidate),
    delta,
    interval: possible(delta - z95 * error, delta + z95 * error),
    generalInterval: null,
    strength: mendedEvidence(evidence),
    bound: mended,
    minimumDetectable: isEmpty ? null : (z95 + z80) * error,
  };
}

/** Variance of a mean score, with two trials added, one of each side (Agresti and Coull, 1998). */
function spreadOf({ n, s }: Cell): number {
  const p = (s + 1) / (n + 2);
  return (p * (1 - p)) / (n + 2);
}

/** Whether the ledger still tells what the baseline does today: the z of the difference to its fresh trials. */
export function driftZ(evidence: Evidence): number {
  const asCandidate = evidence.map(({ ledger, sums }) => ({
    ledger,
    sums: { baseline: { n: 0, s: 0, q: 0 }, candidate: sums.baseline },
  }));
  const { screen, candidateTrials } = weigh(asCandidate, 1, 0);
  return candidateTrials === 0 ? 0 : screen.delta * Math.sqrt(screen.information);
}

/**
 * About how many trials in all would decide, if what was measured is the truth; null if it lies where neither answer
 * comes soon.
 */
export function trialsToDecide({ delta, strength }: Statistics, plan: Plan, made: number): number | null {
  if (made === 0 || strength === 0) return null;
  const wanted = delta > plan.delta / 2 ? plan.accept : -plan.reject;
  const factor = wanted / strength;
  return factor > 1 && factor < 20 ? Math.ceil(made * factor) : null;
}
