import { mean } from "../../../src/domain/verdict/cell.ts";
import { Production } from "./production.ts";
import { renderTable, shown } from "./table.ts";
import { measured, repeat } from "./tally.ts";
import { evenRate } from "./world.ts";

const [tasks, cycles, repetitions] = [40, 50, 200];
const seen = tasks / 2;
const learnt = 0.3;

/**
 * Fifty cycles with a proposer that learns by heart what it is shown: half of the bank. Each edit lifts every task
 * that it was shown by .3, or to 1, and does nothing to any other, so that it gains nothing on tasks of the same kind
 * that are in no bank.
 */
export function memoriser(): string {
  const rules = {
    "shown tasks decide too": () => true,
    "shown tasks do not decide": (task: number) => task >= seen,
  };
  const lines = Object.entries(rules).map(([name, decides]) => {
    const played = repeat(name, (random) => learnByHeart(decides, random), repetitions);
    const column = (key: keyof (typeof played)[number], digits: number) =>
      shown(measured(played.map((each) => each[key])), digits);
    return [name, column("merges", 2), column("onBank", 3), column("onFresh", 3), column("trials", 0)];
  });
  const head = ["rule", "merges", "gain on the whole bank", "gain on fresh tasks", "trials"];
  return renderTable(
    `${cycles} cycles of a proposer that learns ${seen} of ${tasks} tasks by heart`,
    head,
    lines,
  );
}

function learnByHeart(decides: (task: number) => boolean, random: () => number) {
  const rates = Array.from({ length: tasks }, () => evenRate(random));
  const production = new Production(rates, random, decides);
  let merges = 0;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const byHeart = production.rates.map((rate, task) => (task < seen ? Math.min(1, rate + learnt) : rate));
    if (production.consider(byHeart)) merges++;
  }
  // A task that was never shown has the same rate before and after, whatever was merged.
  return { merges, onBank: mean(production.rates) - mean(rates), onFresh: 0, trials: production.trials };
}
