import type { Random } from "../../../src/domain/verdict/beta.ts";
import { planFor } from "../../../src/domain/verdict/plan.ts";
import { type Rehearsal, rehearse } from "../../../src/domain/verdict/rehearse.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import type { Row } from "../measure.ts";
import { must, renderTable, shown } from "./table.ts";
import {
  greatest,
  isUndecided,
  least,
  type Measured,
  measured,
  percent,
  repeat,
  repetitions,
} from "./tally.ts";
import { begin, evenRate, type Truth } from "./world.ts";

const budgets = [20, 30, 60, 100];
/** Repetitions where something must hold. */
const closely = 8_000;
const banks = [6, 10].flatMap((tasks) => [1, 2, 3].map((fixes) => ({ tasks, fixes })));

/** What a change does to the failing tasks, and to the first of the others. */
interface Change {
  readonly name: string;
  readonly failing: readonly [before: number, after: number];
  readonly broken?: number;
}

const mended: Change = { name: "mended, .1 → .8", failing: [0.1, 0.8] };
const mendedAndBroken: Change = { name: "mended, another .9 → .2", failing: [0.1, 0.8], broken: 0.2 };
const nothing = [0.1, 0.3, 0.45, 0.6, 0.8].map((rate): Change => ({
  name: `nothing, pattern at ${rate}`,
  failing: [rate, rate],
}));

interface Setting {
  readonly name: string;
  /** Stored trials of each task. */
  readonly ledger: number;
  /** Whether the other tasks' rates are .9, or drawn from Beta(2,2). */
  readonly works: boolean;
}

const promised: Setting = { name: "rest at .9, no ledger", ledger: 0, works: true };
const settings: readonly Setting[] = [
  promised,
  { name: "rest at .9, ledger of 12", ledger: 12, works: true },
  { name: "rest Beta(2,2), no ledger", ledger: 0, works: false },
  { name: "rest Beta(2,2), ledger of 12", ledger: 12, works: false },
];

/** The claim that a failing pattern was mended and nothing else broken, in small banks with small budgets. */
export async function fix(print: (table: string) => void): Promise<Row[]> {
  const within = budgets.map((budget) => `${budget} trials`);
  const head = ["accepted %, by bank and pattern", ...within, "undecided at the end", "trials"];
  let rows: Row[] = [];
  for (const setting of settings) {
    const cells = new Map<Change, Measured[][]>();
    const lines = [mended, mendedAndBroken, ...nothing].flatMap((change) => {
      const all = banks.map((bank) => play(bank, change, setting));
      const accepted = all.map((played) =>
        budgets.map((_, at) => percent(played, ({ atMarks }) => atMarks[at]!.kind === "improved")),
      );
      cells.set(change, accepted);
      const undecided = all.map((played) => percent(played, isUndecided));
      const trials = all.map((played) => measured(played.map(({ main, guard }) => main + guard)));
      const line = (name: string, of: (all: readonly Measured[]) => Measured) => [
        `${change.name}, ${name}`,
        ...budgets.map((_, at) => shown(of(accepted.map((each) => each[at]!)))),
        shown(of(undecided)),
        shown(of(trials)),
      ];
      // Where nothing happens in any bank, the worst of each column is enough.
      if (nothing.includes(change)) return [line("worst", greatest)];
      return banks.map(({ tasks, fixes }, i) => line(`${fixes} of ${tasks}`, (each) => each[i]!));
    });
    print(renderTable(setting.name, head, lines));
    if (setting === promised) rows = promisesOf(cells);
  }
  return rows;
}

function promisesOf(cells: ReadonlyMap<Change, Measured[][]>): Row[] {
  const within60 = cells.get(mended)!.map((accepted) => accepted[budgets.indexOf(60)]!);
  const worst = (changes: readonly Change[]) =>
    greatest(changes.flatMap((change) => cells.get(change)!.flat()));
  return [
    must("mended: improved within 60 trials, in the worst bank", least(within60), "≥", 85),
    must("nothing changed: accepted, in the worst bank and budget", worst(nothing), "≤", 2.5),
    must("mended, another task broken: accepted, likewise", worst([mendedAndBroken]), "≤", 5),
  ];
}

function play(bank: (typeof banks)[number], change: Change, setting: Setting): Rehearsal[] {
  const { tasks, fixes } = bank;
  const name = `${setting.name} ${change.name} ${fixes} of ${tasks}`;
  const times = setting === promised ? closely : repetitions;
  const once = (random: Random) => {
    const rest = Array.from({ length: tasks - fixes }, () => (setting.works ? 0.9 : evenRate(random)));
    const [before, after] = change.failing.map((rate) => Array.from({ length: fixes }, () => rate));
    if (change.broken !== undefined) rest[0] = 0.9;
    const truth: Truth = {
      baseline: [...before!, ...rest],
      candidate: [...after!, ...rest.with(0, change.broken ?? rest[0]!)],
    };
    const { evidence, attempt } = begin(truth, { ledger: setting.ledger, fixes }, random);
    const plan = planFor(evidence, { rule: ruleFor(0.1)!, claim: "fix" });
    return rehearse(evidence, plan, attempt, { marks: budgets, most: budgets.at(-1)! });
  };
  return repeat(name, once, times);
}
