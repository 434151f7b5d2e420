import { shuffled } from "../random.ts";
import type { Arm } from "../trial.ts";

/** Which answer of a pair is the better one. */
export type Preference = Arm | "same";

export interface Side {
  readonly answer: string;
  readonly score: number;
}

/** Two answers to one task. */
export type Pair = Readonly<Record<Arm, Side>> & {
  readonly task: string;
  readonly prompt: string;
  /** The arm whose answer is shown first. */
  readonly first: Arm;
};

export const pairsShown = 5;

/** What the judge's scores say of a pair. */
export function preferenceOf({ baseline, candidate }: Pick<Pair, Arm>): Preference {
  if (baseline.score === candidate.score) return "same";
  return candidate.score > baseline.score ? "candidate" : "baseline";
}

/**
 * A sample to look at, in random order and with the sides dealt at random, the same for the same seed. Pairs that the
 * judge tells apart come first: on the others a person can see nothing of what the verdict rests on.
 * @param answers of each task, by arm; each answer is used once at most
 */
export function samplePairs(
  answers: ReadonlyArray<Readonly<Record<Arm, readonly Side[]>> & Pick<Pair, "task" | "prompt">>,
  seed: string,
): Pair[] {
  const all = answers.flatMap(({ task, prompt, baseline, candidate }) => {
    const before = shuffled(baseline, `${seed} ${task} baseline`);
    const after = shuffled(candidate, `${seed} ${task} candidate`);
    return before
      .slice(0, after.length)
      .map((side, i) => ({ task, prompt, baseline: side, candidate: after[i]! }));
  });
  const mixed = shuffled(all, `${seed} pairs`);
  const told = mixed.filter((pair) => preferenceOf(pair) !== "same");
  const alike = mixed.filter((pair) => preferenceOf(pair) === "same");
  return [...told, ...alike].slice(0, pairsShown).map((pair, i) => ({
    ...pair,
    first: shuffled(["baseline", "candidate"] as const, `${seed} side ${i}`)[0]!,
  }));
}

/** Whether a person saw something else than the judge in most pairs. */
export function isContradicted(
  pairs: ReadonlyArray<{ readonly judge: Preference; readonly person: Preference }>,
): boolean {
  return pairs.filter(({ judge, person }) => judge !== person).length > pairs.length / 2;
}
