import type { Random } from "../../../src/domain/verdict/beta.ts";
import { TaskEvidence } from "../../../src/domain/verdict/evidence.ts";
import { ledgerRuns, planFor } from "../../../src/domain/verdict/plan.ts";
import { rehearse } from "../../../src/domain/verdict/rehearse.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import { shifted } from "../../../src/domain/verdict/shifted.ts";

/** Fresh baseline trials of a task that the next proposal shares at most. */
const mostShared = 4;

/**
 * A production state that proposals replace one after another. Its ledger is filled before the first evaluation; after
 * a merge the winner's own trials are the next ledger, filled up to 12 a task. Fresh baseline trials are shared with
 * the next proposals, the newest four of each task; older ones move to the ledger. Every trial is counted.
 */
export class Production {
  rates: readonly number[];
  trials = 0;
  #ledger: number[][];
  #shared: number[][];
  readonly #random: Random;
  /** Which tasks decide. */
  readonly #decides: (task: number) => boolean;

  constructor(rates: readonly number[], random: Random, decides: (task: number) => boolean = () => true) {
    this.rates = rates;
    this.#random = random;
    this.#decides = decides;
    this.#ledger = rates.map(() => []);
    this.#shared = rates.map(() => []);
    this.#fill();
  }

  /** Rates after a change that moves all tasks alike. */
  changedBy(effect: number): number[] {
    return shifted(this.rates, effect);
  }

  /** @returns whether the candidate was merged */
  consider(candidate: readonly number[]): boolean {
    const deciding = this.rates.flatMap((_, task) => (this.#decides(task) ? [task] : []));
    const evidence = deciding.map((task) => {
      const subject = { task: `${task}`, category: "any", family: `${task}`, mustPass: false, fixes: false };
      const each = new TaskEvidence(subject, this.#ledger[task]!);
      for (const score of this.#shared[task]!) each.add("baseline", score);
      return each;
    });
    const plan = planFor(evidence, { rule: ruleFor(0.1)!, claim: "better" });
    const truth = { baseline: this.rates, candidate };
    const { answer, main, guard } = rehearse(evidence, plan, ({ task, arm }) =>
      this.#score(truth[arm][deciding[task]!]!),
    );
    this.trials += main + guard;
    const merged = answer.kind === "improved";
    if (merged) this.rates = candidate;
    for (const [i, task] of deciding.entries()) {
      const { baseline, candidate: won } = evidence[i]!.main;
      this.#shared[task] = merged ? [] : baseline.slice(-mostShared);
      this.#ledger[task] = merged ? [...won] : [...this.#ledger[task]!, ...baseline.slice(0, -mostShared)];
    }
    if (merged) this.#fill();
    return merged;
  }

  #fill(): void {
    for (const [task, rate] of this.rates.entries()) {
      const ledger = this.#ledger[task]!;
      for (; this.#decides(task) && ledger.length < ledgerRuns(this.rates.length); this.trials++)
        ledger.push(this.#score(rate));
    }
  }

  #score(rate: number): number {
    return this.#random() < rate ? 1 : 0;
  }
}
