import { type Cell, cellOf } from "./cell.ts";

/** The arms that an evaluation makes trials of. */
export type FreshArm = "baseline" | "candidate";

/** Where trials count: `main` for the claim itself, `guard` for single tasks that may have been broken. */
export type Stage = "main" | "guard";

/** A task that decides. */
export interface Subject {
  readonly task: string;
  readonly category: string;
  /** Tasks of one family are counted together for what generalises. */
  readonly family: string;
  readonly mustPass: boolean;
  /** Whether it belongs to the failures that the change is meant to mend. */
  readonly fixes: boolean;
  /** Whether a model judges it by a rubric, and may be wrong. */
  readonly judged?: boolean | undefined;
}

/** A trial that is wanted next. */
export interface Wanted {
  /** Index of the task. */
  readonly task: number;
  readonly arm: FreshArm;
  readonly stage: Stage;
}

interface Fresh {
  readonly baseline: number[];
  readonly candidate: number[];
}

/**
 * All scores of one task, in 0…1 and in the order in which they were wanted: the ledger (trials of the baseline that
 * were stored before), fresh trials of both arms, and the guard's own pairs.
 */
export class TaskEvidence {
  readonly subject: Subject;
  /** The ledger's scores as far as they are known one by one, and the same added up. */
  readonly stored: readonly number[];
  readonly ledger: Cell;
  readonly main: Fresh = { baseline: [], candidate: [] };
  readonly guard: Fresh = { baseline: [], candidate: [] };
  /** The fresh trials of the claim, added up. */
  readonly sums = { baseline: { n: 0, s: 0, q: 0 }, candidate: { n: 0, s: 0, q: 0 } };

  /** @param ledger its scores, or only what they add up to */
  constructor(subject: Subject, ledger: readonly number[] | Cell = []) {
    this.subject = subject;
    this.stored = "n" in ledger ? [] : ledger;
    this.ledger = "n" in ledger ? ledger : cellOf(ledger);
  }

  add(arm: FreshArm, score: number, stage: Stage = "main"): this {
    this[stage][arm].push(score);
    if (stage === "main") {
      const cell = this.sums[arm];
      cell.n++;
      cell.s += score;
      cell.q += score * score;
    }
    return this;
  }
}

export type Evidence = readonly TaskEvidence[];
