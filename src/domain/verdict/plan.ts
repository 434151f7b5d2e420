import { type Cell, mean, sumOf, varianceOf } from "./cell.ts";
import type { Evidence } from "./evidence.ts";
import { mendedAt } from "./mended.ts";
import type { GateRule } from "./rules.ts";

/** `better`: the mean over the bank rises. `fix`: the failing pattern's tasks are mended, and no other is broken. */
export const claims = ["better", "fix"] as const;
export type Claim = (typeof claims)[number];

/** How an evaluation is decided, settled before its first trial. Log likelihood ratios throughout. */
export interface Plan extends Omit<GateRule, "pooled"> {
  readonly claim: Claim;
  /** The log e-value at which the failing tasks count as mended. */
  readonly mended: number;
  /** Whether the agent gives the same answer every time, as far as the ledger knows. */
  readonly deterministic: boolean;
  /** Fresh baseline trials that other evaluations made and this one shares. */
  readonly pooled: number;
  /** New trials of a task in an arm at most. */
  readonly runs: number;
  /** Trials in one step: so many can run at the same time. */
  readonly block: number;
}

export interface PlanRequest {
  readonly rule: GateRule;
  readonly claim: Claim;
  readonly runs?: number | undefined;
  readonly block?: number | undefined;
  /** How often this comparison was begun anew: each time asks for twice the evidence. */
  readonly restarts?: number | undefined;
  /** How often it was extended after it had ended undecided. */
  readonly extensions?: number | undefined;
}

/** Below this many deciding tasks no verdict but `inconclusive` is given. */
export const fewestTasks = 5;
/** Trials of the baseline that the ledger holds of each task: fewer where many tasks share the work. */
const fewestRuns = 6;
const mostRuns = 12;
const ledgerTrials = 480;
/** On a bank this small the variance is known so badly that the bound has to lie higher. */
const smallBank = { below: 20, accept: 0.24 };
/** Trials that one step asks for, unless more can run at the same time. */
const leastBlock = 8;
/** So many repeats without a difference make a rate of disagreement above 5 % unlikely: 0.95^59 < 0.05. */
const agreements = 59;

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** @param evidence ledger and shared baseline trials only: no trial of the candidate has been made */
export function planFor(evidence: Evidence, request: PlanRequest): Plan {
  const { rule, claim, runs = Number.POSITIVE_INFINITY, block = 0, restarts = 0, extensions = 0 } = request;
  const { pooled: withPool, ...alone } = rule;
  const shared = evidence.reduce((trials, { sums }) => trials + sums.baseline.n, 0);
  const base = shared >= 2 * evidence.length ? { ...alone, ...withPool } : alone;
  // Where trials vary little, each is worth more and the bounds are overshot further.
  const variance = mean(evidence.map(({ ledger }) => varianceOf(ledger)));
  const k = clamp(Math.sqrt(0.18 / Math.max(variance, 1e-9)), 1, 1.6);
  return {
    ...base,
    claim,
    mended: mendedAt + restarts * Math.LN2,
    accept:
      base.accept +
      0.6 * (k - 1) +
      (evidence.length < smallBank.below ? smallBank.accept : 0) +
      restarts * Math.LN2,
    reject: base.reject * k,
    screenReject: base.screenReject * k,
    // An evaluation that goes on is decided by the bounds alone: a second last look would be one look too many.
    lastZ: extensions > 0 || restarts > 0 ? Number.POSITIVE_INFINITY : base.lastZ,
    cap: base.cap * (1 + extensions),
    deterministic: isDeterministic(evidence.map(({ ledger }) => ledger)),
    pooled: shared,
    runs,
    block: Math.max(leastBlock, block),
  };
}

/** Whether so many trials agree that a rate of disagreement above 5 % would be a surprise. */
export function isDeterministic(ledger: readonly Cell[]): boolean {
  const repeats = sumOf(...ledger).n - ledger.length;
  return repeats >= agreements && ledger.every((cell) => cell.n >= 2 && varianceOf(cell) < 1e-12);
}

/** How many trials of each task the ledger of so many tasks holds. */
export const ledgerRuns = (tasks: number): number =>
  Math.max(
    clamp(Math.ceil(ledgerTrials / Math.max(1, tasks)), fewestRuns, mostRuns),
    // So many that an agent which never varies can be told from one that does.
    1 + Math.ceil(agreements / Math.max(fewestTasks, tasks)),
  );

/** The tasks of which the ledger lacks a trial before it can be planned upon, a round of all tasks at a time. */
export function ledgerLacks(ledger: readonly Cell[]): number[] {
  if (isDeterministic(ledger)) return [];
  const least = Math.min(...ledger.map(({ n }) => n));
  return least >= ledgerRuns(ledger.length)
    ? []
    : ledger.flatMap(({ n }, task) => (n === least ? [task] : []));
}
