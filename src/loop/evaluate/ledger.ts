import { isEvidence, type Trial } from "../../domain/trial.ts";
import { cellOf } from "../../domain/verdict/cell.ts";
import { ledgerLacks, ledgerRuns } from "../../domain/verdict/plan.ts";
import type { Workspace } from "../../workspace.ts";
import { nextOfLedger, poolNow, storedBaseline } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";
import { refuseBadInfrastructure } from "./infrastructure.ts";
import type { TrialRunner } from "./run-trials.ts";

export interface Ledger {
  /** Scores of each task, stored ones first. */
  readonly scores: readonly (readonly number[])[];
  /** The trials that it was filled up with now. */
  readonly made: readonly Trial[];
  /** The limit of the budget that left it unfilled. */
  readonly stopped: string | undefined;
}

/** The baseline's ledger as it is, regraded where graders have changed. */
async function readLedger(workspace: Workspace, comparison: Comparison, runner: TrialRunner) {
  const moment = { timestamp: workspace.now().toISOString(), pool: poolNow(workspace, comparison) };
  const stored = storedBaseline(workspace, comparison, moment);
  const specs = stored.flatMap(({ ledger }) => ledger);
  const { trials } = await runner.run(specs, "stored trials of the baseline", specs.length);
  const byTask = Map.groupBy(trials.filter(isEvidence), ({ task }) => task);
  return { stored, scores: comparison.tasks.map(({ name }) => (byTask.get(name) ?? []).map((t) => t.score)) };
}

/**
 * Fills the ledger up: every task that is compared needs the same number of baseline trials, made once for each state
 * of production.
 */
export async function fillLedger(
  workspace: Workspace,
  comparison: Comparison,
  runner: TrialRunner,
): Promise<Ledger> {
  const { stored, scores } = await readLedger(workspace, comparison, runner);
  const next = stored.map(({ next: { ledger } }) => ledger);
  const made: Trial[] = [];
  for (;;) {
    const lacking = ledgerLacks(scores.map(cellOf));
    if (lacking.length === 0) break;
    const specs = lacking.map((task) => nextOfLedger(comparison, task, next[task]!++));
    const most = comparison.tasks.length * ledgerRuns(comparison.tasks.length);
    const { trials, stopped } = await runner.run(specs, "ledger of the baseline", most);
    made.push(...trials);
    const index = new Map(comparison.tasks.map(({ name }, i) => [name, i]));
    for (const trial of trials.filter(isEvidence)) scores[index.get(trial.task)!]!.push(trial.score);
    if (stopped !== undefined) return { scores, made, stopped };
  }
  refuseBadInfrastructure(made);
  return { scores, made, stopped: undefined };
}
