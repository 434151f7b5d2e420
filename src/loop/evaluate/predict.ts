import { randomNumbers } from "../../domain/random.ts";
import { mean } from "../../domain/verdict/cell.ts";
import { TaskEvidence } from "../../domain/verdict/evidence.ts";
import { type Effect, forecast, type Forecast } from "../../domain/verdict/forecast.ts";
import { isDeterministic, ledgerLacks, ledgerRuns } from "../../domain/verdict/plan.ts";
import { ruleFor } from "../../domain/verdict/rules.ts";
import type { Workspace } from "../../workspace.ts";
import { poolNow, storedBaseline } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";
import type { Question } from "./settle.ts";

/** What an evaluation would take, before it is paid for. */
export interface Prediction extends Question {
  readonly delta: number;
  readonly tasks: number;
  /** Trials that the ledger lacks; made once for each state of production. */
  readonly ledgerMissing: number;
  /** Of one trial, from those that are stored of production; null before there are any. */
  readonly costUsd: number | null;
  readonly durationMs: number | null;
  /** How many trials run at the same time. */
  readonly concurrency: number;
  readonly forecasts: readonly { readonly effect: Effect; readonly forecast: Forecast }[];
  /** New trials that the budget allows once the ledger is full, and the chance of a decision within them. */
  readonly budgetTrials: number | null;
  readonly chanceInBudget: number | null;
  /** Whether all stored scores are 0 or 1. */
  readonly passOrFail: boolean;
  readonly deterministic: boolean;
}

const repetitions = 300;
const marks = [10, 30, 100, 300];

/** Plays the evaluation many times by the rule that would decide it; see `forecast` for what that knows. */
export function predict(
  workspace: Workspace,
  comparison: Comparison,
  { claim, fixes }: Question,
): Prediction {
  const evidence = storedEvidence(workspace, comparison, fixes);
  const { threshold: delta, concurrency } = comparison.config.evaluate;
  const stored = workspace.record.index.trials.of(comparison.visible.baseline);
  const ledger = evidence.map(({ ledger: cell }) => cell);
  const full = claim === "fix" || ledgerLacks(ledger).length === 0;
  const runs = ledgerRuns(comparison.tasks.length);
  const ledgerMissing = full ? 0 : ledger.reduce((sum, { n }) => sum + Math.max(0, runs - n), 0);
  const costUsd = stored.length === 0 ? null : mean(stored.map((trial) => trial.costUsd));
  const durationMs = stored.length === 0 ? null : mean(stored.map((trial) => trial.durationMs));
  const allowed = comparison.budget.allows(costUsd ?? 0, (durationMs ?? 0) / concurrency) - ledgerMissing;
  const budgetTrials = Number.isFinite(allowed) ? Math.max(0, allowed) : null;
  const random = randomNumbers(`forecast ${comparison.key}`);
  const request = { rule: ruleFor(delta)!, claim, block: concurrency };
  const budgets = [...marks, ...(budgetTrials === null ? [] : [budgetTrials])].sort((a, b) => a - b);
  const effects: Effect[] = claim === "fix" ? [0, "mended"] : [0, delta, 2 * delta];
  const forecasts = effects.map((effect) => ({
    effect,
    forecast: forecast({
      ...{ evidence, request, effect, repetitions, budgets },
      random: () => random.next().value,
    }),
  }));
  const hoped = forecasts[1]!.forecast;
  return {
    ...{ claim, fixes, delta, tasks: evidence.length, ledgerMissing, costUsd, durationMs, concurrency },
    ...{ forecasts, budgetTrials },
    chanceInBudget:
      budgetTrials === null
        ? null
        : budgetTrials === 0
          ? 0
          : hoped.budgets.find(({ trials }) => trials === budgetTrials)!.decided,
    passOrFail: stored.every(({ score }) => score === 0 || score === 1),
    deterministic: isDeterministic(ledger),
  };
}

/** What the record knows of the baseline, as scores were given when they were recorded. */
export function storedEvidence(
  workspace: Pick<Workspace, "record" | "now">,
  comparison: Comparison,
  fixes: readonly string[],
): TaskEvidence[] {
  const { record, now } = workspace;
  const moment = { timestamp: now().toISOString(), pool: poolNow(workspace, comparison) };
  const scoreOf = (key: string) => record.index.trials.find(key)!.score;
  return storedBaseline(workspace, comparison, moment).map(({ ledger, pool }, i) => {
    const { name, category, family = name, mustPass } = comparison.tasks[i]!;
    const subject = { task: name, category, family, mustPass, fixes: fixes.includes(name) };
    const evidence = new TaskEvidence(
      subject,
      ledger.map(({ key }) => scoreOf(key)),
    );
    for (const { key } of pool) evidence.add("baseline", scoreOf(key));
    return evidence;
  });
}
