import { betaFrom, type Random } from "../../../src/domain/verdict/beta.ts";
import { mean } from "../../../src/domain/verdict/cell.ts";
import type { Row } from "../measure.ts";
import { Production } from "./production.ts";
import { measured, percent, repeat } from "./tally.ts";
import { memoriser } from "./memoriser.ts";
import { must, renderTable, shown } from "./table.ts";

const [tasks, proposals, streams] = [40, 50, 200];

/** A bank with room for improvement, mean ⅓: from Beta(2,2) no stream could gain more than .5. */
const rate = (random: Random) => betaFrom(random, 2, 4);

/** How many in a hundred proposals have which effect. */
type Mix = readonly (readonly [percent: number, effect: number])[];

/** So many good ones; half of the rest do nothing, half do harm. */
const withGood = (good: number): Mix => [
  [good, 0.1],
  [(100 - good) / 2, 0],
  [(100 - good) / 2, -0.08],
];
const promised: Mix = [
  [15, 0.1],
  [15, 0.04],
  [45, 0],
  [25, -0.08],
];

interface Stream {
  readonly merges: number;
  readonly falseMerges: number;
  readonly gain: number;
  readonly trials: number;
}

/** Fifty proposals in a row: what is merged, what it gains, and every trial that it costs. */
export async function stream(print: (table: string) => void): Promise<Row[]> {
  const all: Record<string, Mix> = {
    ...Object.fromEntries(
      [2, 5, 10, 20, 30].map((good) => [`${good} % +.10, half the rest −.08`, withGood(good)]),
    ),
    "15 % +.10, 15 % +.04, 45 % 0, 25 % −.08": promised,
  };
  let rows: Row[] = [];
  const lines = Object.entries(all).map(([name, mix]) => {
    const played = repeat(`stream ${name}`, (random) => oneStream(mix, random), streams);
    const gain = measured(played.map((each) => each.gain));
    const trials = measured(played.map((each) => each.trials));
    if (mix === promised)
      rows = [
        must("of all merges, false", falseShare(played), "≤", 8),
        must("true gain of fifty proposals", gain, "≥", 0.5, "in score"),
        must("trials for fifty proposals", trials, "≤", 8_500, "trials"),
      ];
    return [
      name,
      shown(measured(played.map((each) => each.merges))),
      shown(falseShare(played)),
      shown(percent(played, ({ falseMerges }) => falseMerges >= 2)),
      shown(gain, 3),
      shown(trials, 0),
    ];
  });
  const head = ["proposals", "merges", "false, % of all", "two or more false, %", "true gain", "trials"];
  print(
    renderTable(`${proposals} proposals in a row, ${tasks} tasks Beta(2,4), ${streams} times`, head, lines),
  );
  print(memoriser());
  return rows;
}

/** The share of merges, over all streams, that gained nothing; its error is that of a ratio of means. */
function falseShare(played: readonly Stream[]) {
  const merges = mean(played.map((each) => each.merges));
  const share = mean(played.map((each) => each.falseMerges)) / merges;
  const { error } = measured(played.map((each) => (each.falseMerges - share * each.merges) / merges));
  return { mean: 100 * share, error: 100 * error };
}

function oneStream(mix: Mix, random: Random): Stream {
  const production = new Production(
    Array.from({ length: tasks }, () => rate(random)),
    random,
  );
  const at = mean(production.rates);
  let [merges, falseMerges] = [0, 0];
  for (let i = 0; i < proposals; i++) {
    const before = mean(production.rates);
    if (!production.consider(production.changedBy(effectFrom(mix, random)))) continue;
    merges++;
    if (mean(production.rates) <= before) falseMerges++;
  }
  return { merges, falseMerges, gain: mean(production.rates) - at, trials: production.trials };
}

function effectFrom(mix: Mix, random: Random): number {
  let left = random() * 100;
  return (mix.find(([share]) => (left -= share) < 0) ?? mix.at(-1)!)[1];
}
