import type { TaskScores } from "../../src/domain/evaluation.ts";
import { randomNumbers } from "../../src/domain/random.ts";
import { mean } from "../../src/domain/verdict/cell.ts";

/**
 * How often a rule that is in wide use, "better on three tasks, so keep it", says yes on trials that were really
 * made: three tasks are drawn again and again, and one run of each arm of each.
 * @returns the share of yes, 0…1
 */
export function strictGainOnThree(tasks: readonly TaskScores[], draws: number): number {
  const random = randomNumbers("three tasks");
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next().value * items.length)]!;
  let yes = 0;
  for (let draw = 0; draw < draws; draw++) {
    const three = Array.from({ length: 3 }, () => pick(tasks));
    const gain = three.reduce(
      (sum, { ledger, baseline, candidate }) => sum + mean(candidate) - mean([...ledger, ...baseline]),
      0,
    );
    if (gain > 0) yes++;
  }
  return yes / draws;
}
