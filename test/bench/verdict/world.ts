import { betaFrom, normalFrom, type Random } from "../../../src/domain/verdict/beta.ts";
import { type Subject, TaskEvidence, type Wanted } from "../../../src/domain/verdict/evidence.ts";
import { ledgerRuns } from "../../../src/domain/verdict/plan.ts";
import { shifted } from "../../../src/domain/verdict/shifted.ts";

/** Success rates that nobody knows, task by task. */
export interface Truth {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** How trials come about. */
export interface Circumstances {
  /** Stored trials of each task; as many as the ledger of such a bank holds unless told otherwise. */
  readonly ledger?: number;
  /** How much worse the provider was when the ledger was made, in score. */
  readonly drift?: number;
  /** Trials that are made together, eight in a row, share a shift of their rates: its standard deviation. */
  readonly noise?: number;
  /** A score is the mean of so many coins of one rate: 1 is pass or fail. */
  readonly parts?: number;
  /** Fresh baseline trials of each task that other evaluations have made today. */
  readonly pool?: number;
  /** How many tasks, from the first, belong to the failures that the change is meant to mend. */
  readonly fixes?: number;
}

/** A bank from which evaluations are drawn. */
export interface World extends Circumstances {
  readonly tasks: number;
  /** The rate of one task. */
  readonly rate: (random: Random) => number;
  readonly effect: number;
  /** Standard deviation of what the change does to single tasks besides. */
  readonly mixed?: number;
}

export const evenRate = (random: Random): number => betaFrom(random, 2, 2);
export const extremeRate = (random: Random): number => betaFrom(random, 0.5, 0.5);
export const nearlyFixedRate = (random: Random): number => (random() < 0.5 ? 0.02 : 0.98);

/** The rates of one bank and of one change to it. */
export function truthOf({ tasks, rate, effect, mixed }: World, random: Random): Truth {
  const baseline = Array.from({ length: tasks }, () => rate(random));
  const own = mixed === undefined ? undefined : baseline.map(() => mixed * normalFrom(random));
  return { baseline, candidate: shifted(baseline, effect, own) };
}

/** Tasks with what is stored of them, and the scores that further trials get. */
export function begin(truth: Truth, circumstances: Circumstances, random: Random) {
  const { ledger = ledgerRuns(truth.baseline.length), drift = 0, pool = 0, fixes = 0 } = circumstances;
  const score = scores(circumstances, random);
  const stored = shifted(truth.baseline, -drift);
  const subject = (i: number): Subject => ({
    task: `task-${i}`,
    category: "any",
    family: `task-${i}`,
    mustPass: false,
    fixes: i < fixes,
  });
  const evidence = stored.map(
    (rate, i) =>
      new TaskEvidence(
        subject(i),
        Array.from({ length: ledger }, () => score(rate)),
      ),
  );
  for (let round = 0; round < pool; round++)
    for (const [i, task] of evidence.entries()) task.add("baseline", score(truth.baseline[i]!));
  return { evidence, attempt: ({ task, arm }: Wanted) => score(truth[arm][task]!) };
}

/** Trials that are made together. */
const together = 8;

/** The score of a trial at a rate. */
function scores({ noise = 0, parts = 1 }: Circumstances, random: Random): (rate: number) => number {
  let [made, shift] = [0, 0];
  return (rate) => {
    if (noise > 0 && made++ % together === 0) shift = noise * normalFrom(random);
    let passed = 0;
    for (let part = 0; part < parts; part++) if (random() < rate + shift) passed++;
    return passed / parts;
  };
}
