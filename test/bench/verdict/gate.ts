import { ledgerRuns } from "../../../src/domain/verdict/plan.ts";
import type { Rehearsal } from "../../../src/domain/verdict/rehearse.ts";
import { type GateRule, gateRules, ruleFor } from "../../../src/domain/verdict/rules.ts";
import type { Row } from "../measure.ts";
import { rivals } from "./rivals.ts";
import { must, renderTable, shown } from "./table.ts";
import { evaluateIn, isAccepted, isUndecided, measured, percent, repeat, repetitions } from "./tally.ts";
import { evenRate, extremeRate, nearlyFixedRate, type World } from "./world.ts";

type Bank = Omit<World, "effect">;
type Print = (table: string) => void;

const even: Bank = { tasks: 40, rate: evenRate };
const banks: Readonly<Record<string, Bank>> = {
  "Beta(2,2), 40 tasks": even,
  "Beta(.5,.5), 40": { tasks: 40, rate: extremeRate },
  "rates .02 and .98, 40": { tasks: 40, rate: nearlyFixedRate },
  "mixed effects (± .2)": { ...even, mixed: 0.2 },
  "6 tasks": { ...even, tasks: 6 },
  "10 tasks": { ...even, tasks: 10 },
  "12 tasks": { ...even, tasks: 12 },
  "200 tasks": { ...even, tasks: 200 },
  "graded, three parts": { ...even, parts: 3 },
  "drift +.05": { ...even, drift: 0.05 },
  "noise shared by eight (± .05)": { ...even, noise: 0.05 },
  "pool of 4 a task": { ...even, pool: 4 },
};
const effects = [-0.1, 0, 0.05, 0.1, 0.2, 0.4];

/** What must hold is measured so much more closely. */
const closely = 16_000;

const play = (bank: Bank, effect: number, rule: GateRule, name: string, times = repetitions): Rehearsal[] =>
  repeat(
    `${name} ${effect}`,
    (random) => evaluateIn({ ...bank, effect }, { rule, claim: "better" }, random),
    times,
  );

const acceptance = (played: readonly Rehearsal[]) => percent(played, isAccepted);
const trialsOf = (played: readonly Rehearsal[]) => measured(played.map(({ main }) => main));
const figures = (played: readonly Rehearsal[]) =>
  `${shown(acceptance(played))} ${percent(played, isUndecided).mean.toFixed(1)} ${shown(trialsOf(played), 0)}`;

/** How often a change is accepted that has an effect or none, and for how many trials. */
export async function gate(print: Print): Promise<Row[]> {
  const rule = ruleFor(0.1)!;
  const columns = effects.map((effect) => (effect > 0 ? `+${effect}` : String(effect)));
  const known = new Map<string, Rehearsal[]>();
  const lines = Object.entries(banks).map(([name, bank]) => [
    name,
    ...effects.map((effect) => {
      const played = play(bank, effect, rule, name);
      if (bank === even) known.set(String(effect), played);
      return figures(played);
    }),
  ]);
  print(
    renderTable(
      "accepted %, undecided %, trials beside ledger and guard (± Monte-Carlo error), by true effect",
      ["bank", ...columns],
      lines,
    ),
  );
  print(
    renderTable("simpler rules, Beta(2,2), 40 tasks: accepted %, trials", ["rule", ...columns], rivalLines()),
  );
  print(renderTable("the trials around it, Beta(2,2), 40 tasks", ["trials", ...columns], costLines(known)));
  return [...promises(rule, play), ...gateRules.flatMap((each) => byDelta(each, print))];
}

const rivalLines = () =>
  Object.entries(rivals).map(([name, rival]) => [
    name,
    ...effects.map((effect) => {
      const rulings = repeat(`${name} ${effect}`, (random) => rival({ ...even, effect }, random));
      const trials = measured(rulings.map((ruling) => ruling.trials));
      return `${shown(percent(rulings, ({ accepted }) => accepted))} ${trials.mean.toFixed(0)}`;
    }),
  ]);

/** What else is paid for: the guard, and the ledger, which proposals from one production state share. */
function costLines(known: ReadonlyMap<string, readonly Rehearsal[]>): string[][] {
  const ledger = ledgerRuns(even.tasks) * even.tasks;
  const line = (name: string, of: (each: Rehearsal) => number, digits = 0) => [
    name,
    ...effects.map((effect) => measured(known.get(String(effect))!.map(of)).mean.toFixed(digits)),
  ];
  return [
    line("of the guard", ({ guard }) => guard, 1),
    line("to a first verdict, the ledger's included", ({ main, guard }) => ledger + main + guard),
    line("each, if five proposals share the ledger", ({ main, guard }) => ledger / 5 + main + guard),
  ];
}

/** What the design promises of δ = 0.1. */
function promises(rule: GateRule, played: typeof play): Row[] {
  const limits: [name: string, bank: Bank, effect: number, "≤" | "≥", accepted: number, trials?: number][] = [
    ["at −.1", even, -0.1, "≤", 0.1, 45],
    ["at 0", even, 0, "≤", 2.5, 125],
    ["at +.1", even, 0.1, "≥", 76, 310],
    ["at +.2", even, 0.2, "≥", 99.5, 145],
    ["at +.1 with a pool", { ...even, pool: 4 }, 0.1, "≥", 84, 260],
    ["at 0 with a drift of .05", { ...even, drift: 0.05 }, 0, "≤", 5.5],
  ];
  return limits.flatMap(([name, bank, effect, bound, accepted, trials]) => {
    const all = played(bank, effect, rule, `promise ${name}`, closely);
    const row = must(`${name}: accepted`, acceptance(all), bound, accepted);
    return trials === undefined
      ? [row]
      : [row, must(`${name}: trials`, trialsOf(all), "≤", trials, "trials")];
  });
}

/** The two properties that the constants of every δ have. */
function byDelta(rule: GateRule, print: Print): Row[] {
  const { delta } = rule;
  const multiples = [-1, 0, 0.5, 1, 2];
  const all = multiples.map((multiple) => {
    const times = multiple === 0 || multiple === 1 ? closely / 2 : repetitions / 2;
    return play(even, multiple * delta, rule, `delta ${delta}`, times);
  });
  const head = [`δ = ${delta}`, ...multiples.map((multiple) => `${multiple} δ`)];
  print(renderTable("Beta(2,2), 40 tasks", head, [["accepted, undecided, trials", ...all.map(figures)]]));
  return [
    must(`δ = ${delta}, at 0: accepted`, acceptance(all[1]!), "≤", 2.5),
    must(`δ = ${delta}, at δ: accepted`, acceptance(all[3]!), "≥", 75),
  ];
}
