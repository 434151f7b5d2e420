import type { Random } from "../../../src/domain/verdict/beta.ts";
import { mean } from "../../../src/domain/verdict/cell.ts";
import { measured } from "./tally.ts";
import { truthOf, type World } from "./world.ts";

/** What a simpler rule says of a change, and how many trials it made for that. */
export interface Ruling {
  readonly accepted: boolean;
  readonly trials: number;
}

type Rival = (world: World, random: Random) => Ruling;

/** Three runs of each task in both arms; accepted if the mean gain is 0.05 or more. */
const naive: Rival = (world, random) => {
  const gains = gainsOf(world, 3, random);
  return { accepted: mean(gains) >= 0.05, trials: 6 * world.tasks };
};

/** The upper 5 % point of Student's t with 39 degrees of freedom. */
const studentLimit = 1.6849;

/** Six runs of each of 40 tasks in both arms; accepted if a one-sided paired t-test over tasks is below 5 %. */
const tTest: Rival = (world, random) => {
  const { mean: gain, error } = measured(gainsOf(world, 6, random));
  return { accepted: gain / error > studentLimit, trials: 12 * world.tasks };
};

const stages = [10, 50, 200];
const passesOn = 0.4;

/**
 * Staged cuts as in the Darwin Gödel Machine: single trials of the candidate on random tasks, 10, then 50, then 200
 * in all; it goes on while at least 40 % passed; accepted if at the end its share is above that of the parent, which
 * was measured by 200 trials of its own before (not counted).
 */
const staged: Rival = (world, random) => {
  const { baseline, candidate } = truthOf(world, random);
  const passes = (rates: readonly number[], count: number) => {
    let passed = 0;
    for (let i = 0; i < count; i++) if (random() < rates[Math.floor(random() * rates.length)]!) passed++;
    return passed;
  };
  let [made, passed] = [0, 0];
  for (const stage of stages) {
    passed += passes(candidate, stage - made);
    made = stage;
    if (passed < passesOn * made) return { accepted: false, trials: made };
  }
  return { accepted: passed > passes(baseline, made), trials: made };
};

export const rivals: Readonly<Record<string, Rival>> = {
  "3 runs each, mean gain ≥ .05": naive,
  "paired t-test, 6 runs each": tTest,
  "10 → 50 → 200 staged cuts": staged,
};

/** The gain of each task in mean score, by so many trials in each arm. */
function gainsOf(world: World, runs: number, random: Random): number[] {
  const { baseline, candidate } = truthOf(world, random);
  const share = (rate: number) => {
    let passed = 0;
    for (let run = 0; run < runs; run++) if (random() < rate) passed++;
    return passed / runs;
  };
  return baseline.map((rate, task) => share(candidate[task]!) - share(rate));
}
