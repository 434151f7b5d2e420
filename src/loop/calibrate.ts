import type { Limits } from "../domain/budget.ts";
import { KiraError } from "../domain/errors.ts";
import { cellOf, mean, meanOf, varianceOf } from "../domain/verdict/cell.ts";
import { normalQuantile } from "../domain/verdict/normal.ts";
import type { Tape } from "../gateway/contract.ts";
import { reapSlots } from "../git/reap.ts";
import type { Workspace } from "../workspace.ts";
import { openComparison } from "./evaluate/comparison.ts";
import { fillLedger } from "./evaluate/ledger.ts";
import { predict, type Prediction } from "./evaluate/predict.ts";
import { openTrials } from "./evaluate/run-trials.ts";
import { readBank } from "./bank/tasks.ts";

export interface CalibrateRequest {
  readonly limits?: Limits | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Production compared with itself. */
export interface Calibration extends Prediction {
  readonly noise: readonly TaskNoise[];
  /** Mean score, and the standard deviation of one trial, averaged over tasks. */
  readonly score: number;
  readonly deviation: number;
  /** The gain that so many trials, half in each arm, would see in eight of ten cases. */
  readonly minimumDetectable: readonly { readonly trials: number; readonly gain: number }[];
  /** One half of the trials against the other: nothing has changed, and still the means differ by so much. */
  readonly selfDifference: number;
  readonly trials: number;
}

export interface TaskNoise {
  readonly task: string;
  readonly runs: number;
  readonly score: number;
  /** Standard deviation of one trial. */
  readonly deviation: number;
}

const marks = [30, 100, 300, 600];

/** Measures how much the agent varies, by trials of production alone, and what that means for evaluations to come. */
export async function calibrate(workspace: Workspace, request: CalibrateRequest): Promise<Calibration> {
  using _lock = workspace.lock("calibrate");
  await reapSlots(workspace.git);
  const rules = await workspace.rules();
  const bank = await readBank(workspace, rules);
  const comparison = await openComparison(workspace, {
    ...{ config: rules.config, bank, commit: rules.production, ...request },
    trees: { baseline: rules.tree, candidate: rules.tree },
    resume: "kira-improve calibrate",
  });
  await using runner = openTrials(workspace, comparison);
  const { scores, made, stopped } = await fillLedger(workspace, comparison, runner);
  if (stopped !== undefined)
    throw new KiraError(
      "inconclusive",
      `Stopped after ${made.length} trials: ${stopped}. They are kept; go on with: kira-improve calibrate.`,
      { trials: made.length },
    );
  const cells = scores.map(cellOf);
  const variance = mean(cells.map(varianceOf));
  const gainSeen = (trials: number) =>
    (normalQuantile(0.975) + normalQuantile(0.8)) * Math.sqrt((4 * variance) / trials);
  const half = (odd: number) =>
    mean(scores.map((some) => meanOf(cellOf(some.filter((_, i) => i % 2 === odd)))));
  workspace.report({ kind: "step", step: "calibrate", what: `${made.length} trials of production` });
  return {
    ...predict(workspace, comparison, { claim: "better", fixes: [] }),
    noise: comparison.tasks.map(({ name }, i) => ({
      task: name,
      runs: cells[i]!.n,
      score: meanOf(cells[i]!),
      deviation: Math.sqrt(varianceOf(cells[i]!)),
    })),
    score: mean(cells.map(meanOf)),
    deviation: Math.sqrt(variance),
    minimumDetectable: marks.map((trials) => ({ trials, gain: gainSeen(trials) })),
    selfDifference: half(0) - half(1),
    trials: made.length,
  };
}
