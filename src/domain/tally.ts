import { type Arm, isEvidence, type Trial } from "./trial.ts";
import { mean } from "./verdict/cell.ts";
import { possible } from "./verdict/statistics.ts";

/** What the trials so far say. */
export interface Estimate {
  readonly baseline: number;
  readonly candidate: number;
  /** Mean over the tasks tried in both arms of the difference, with its 95 % interval on this bank. */
  readonly delta: number;
  readonly interval: readonly [low: number, high: number];
}

/** The estimate while trials come in. It costs the same for the last of ten thousand as for the first. */
export class Tally {
  readonly #scores = new Map<string, Record<Arm, number[]>>();
  readonly #sums = { baseline: { score: 0, trials: 0 }, candidate: { score: 0, trials: 0 } };
  readonly #pairs = { tasks: 0, difference: 0, noise: 0 };

  add(trial: Trial): void {
    if (!isEvidence(trial)) return;
    const scores = this.#scores.get(trial.task) ?? { baseline: [], candidate: [] };
    this.#scores.set(trial.task, scores);
    this.#count(scores, -1);
    scores[trial.arm].push(trial.score);
    this.#count(scores, 1);
    this.#sums[trial.arm].score += trial.score;
    this.#sums[trial.arm].trials++;
  }

  estimate(): Estimate {
    const { tasks, difference, noise } = this.#pairs;
    const delta = tasks === 0 ? 0 : difference / tasks;
    const reach = tasks === 0 ? 2 : (1.96 * Math.sqrt(Math.max(0, noise))) / tasks;
    return {
      baseline: this.#mean("baseline"),
      candidate: this.#mean("candidate"),
      delta,
      interval: possible(delta - reach, delta + reach),
    };
  }

  #count({ baseline, candidate }: Record<Arm, number[]>, sign: 1 | -1): void {
    if (baseline.length === 0 || candidate.length === 0) return;
    this.#pairs.tasks += sign;
    this.#pairs.difference += sign * (mean(candidate) - mean(baseline));
    this.#pairs.noise += sign * (errorOf(baseline) + errorOf(candidate));
  }

  #mean(arm: Arm): number {
    const { score, trials } = this.#sums[arm];
    return trials === 0 ? 0 : score / trials;
  }
}

/** Variance of a mean score; a single trial is taken for a coin of unknown side. */
function errorOf(scores: readonly number[]): number {
  const n = scores.length;
  if (n < 2) return 0.25;
  const m = mean(scores);
  // One pseudo-pair keeps three equal trials from claiming certainty.
  const spread = scores.reduce((sum, x) => sum + (x - m) ** 2, 0) + 0.25;
  return spread / n / n;
}
