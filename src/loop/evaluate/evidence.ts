import type { Settlement, TaskScores } from "../../domain/evaluation.ts";
import { rubricOf } from "../../domain/task.ts";
import { isEvidence, type Stream, type Trial, type TrialSpec } from "../../domain/trial.ts";
import { type FreshArm, type Stage, TaskEvidence, type Wanted } from "../../domain/verdict/evidence.ts";
import { poolStream, type StoredBaseline } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";
import type { TrialRunner } from "./run-trials.ts";
import { specOf } from "./specs.ts";

/** Keeps evidence and trials together: which trial is wanted next, under which key, and what it said. */
export class Bookkeeping {
  evidence: TaskEvidence[] = [];
  /** The trials of this comparison, those of the ledger and of others apart. */
  readonly trials: Trial[] = [];
  readonly #comparison: Comparison;
  readonly #settlement: Settlement;
  readonly #stored: readonly StoredBaseline[];
  /** Repeats that are evidence already, of each task, arm and stage. */
  readonly #used = new Map<string, Set<number>>();
  readonly #models = new Set<string>();

  constructor(comparison: Comparison, settlement: Settlement, stored: readonly StoredBaseline[]) {
    this.#comparison = comparison;
    this.#settlement = settlement;
    this.#stored = stored;
  }

  /** Begins with what is stored of the baseline. */
  async readStored(runner: TrialRunner): Promise<void> {
    const specs = this.#stored.flatMap(({ ledger, pool }) => [...ledger, ...pool]);
    const { trials } = await runner.run(specs, "stored trials of the baseline", specs.length);
    const byKey = new Map(trials.filter(isEvidence).map((trial) => [trial.key, trial]));
    const found = (some: readonly TrialSpec[]) => some.flatMap(({ key }) => byKey.get(key) ?? []);
    for (const trial of byKey.values()) this.#note(trial);
    this.evidence = this.#comparison.tasks.map((task, i) => {
      const { name, category, family = name, mustPass } = task;
      const fixes = this.#settlement.fixes.includes(name);
      const judged = rubricOf(task) ? { judged: true } : {};
      const { ledger, pool } = this.#stored[i]!;
      const scores = found(ledger).map(({ score }) => score);
      const evidence = new TaskEvidence({ task: name, category, family, mustPass, fixes, ...judged }, scores);
      for (const { score } of found(pool)) evidence.add("baseline", score);
      return evidence;
    });
  }

  /** The specifications of trials that are wanted, in order. */
  specsFor(wanted: readonly Wanted[]): TrialSpec[] {
    const planned = new Map<string, Set<number>>();
    return wanted.map(({ task, arm, stage }) => {
      const name = `${task} ${arm} ${stage}`;
      const taken = planned.get(name) ?? new Set(this.#used.get(name));
      planned.set(name, taken);
      let repeat = arm === "baseline" && stage === "main" ? this.#stored[task]!.next.pool : 0;
      while (taken.has(repeat)) repeat++;
      taken.add(repeat);
      const { tasks } = this.#comparison;
      return specOf(this.#comparison, tasks[task]!, arm, this.#stream(arm, stage), repeat);
    });
  }

  /** Adds what was wanted and came, in the order in which it was wanted. */
  take(wanted: readonly Wanted[], specs: readonly TrialSpec[], trials: readonly Trial[]): void {
    const byKey = new Map(trials.map((trial) => [trial.key, trial]));
    for (const [i, { task, arm, stage }] of wanted.entries()) {
      const trial = byKey.get(specs[i]!.key);
      if (!trial) continue;
      this.trials.push(trial);
      if (!isEvidence(trial)) continue;
      const name = `${task} ${arm} ${stage}`;
      this.#used.set(name, (this.#used.get(name) ?? new Set()).add(trial.repeat));
      this.evidence[task]!.add(arm, trial.score, stage);
      this.#note(trial);
    }
  }

  /** The models that served trials, where agents say, in the order in which they turned up. */
  models(): string[] {
    return [...this.#models];
  }

  #note({ model }: Trial): void {
    if (model !== null) this.#models.add(model);
  }

  #stream(arm: FreshArm, stage: Stage): Stream {
    const { key } = this.#comparison;
    const { restarts } = this.#settlement;
    const own = restarts === 0 ? key : `${key}-${restarts}`;
    if (stage === "guard") return `guard:${own}`;
    return arm === "baseline" ? poolStream(this.#comparison) : `pair:${own}`;
  }
}

/** What an evaluation keeps of its evidence: every score, so that anybody can decide again. */
export function scoresOf(evidence: readonly TaskEvidence[], shared: readonly number[]): TaskScores[] {
  return evidence.map(({ subject, stored, main, guard }, i) => ({
    ...subject,
    ledger: stored,
    baseline: main.baseline,
    shared: shared[i]!,
    candidate: main.candidate,
    guard,
  }));
}
