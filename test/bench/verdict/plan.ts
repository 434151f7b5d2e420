import type { Row } from "../measure.ts";
import { budgets, type Effect, forecast } from "../../../src/domain/verdict/forecast.ts";
import { planFor, type PlanRequest } from "../../../src/domain/verdict/plan.ts";
import { rehearse } from "../../../src/domain/verdict/rehearse.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import { must, renderTable, shown } from "./table.ts";
import { greatest, measured, repeat } from "./tally.ts";
import { begin, evenRate, type Truth, truthOf } from "./world.ts";

const worlds = 400;
const rule = ruleFor(0.1)!;

interface Question {
  readonly name: string;
  readonly request: PlanRequest;
  readonly effect: Effect;
  readonly fixes: number;
  readonly truth: (random: () => number) => Truth;
}

const better = (effect: number): Question => ({
  name: `better, 40 tasks, ${effect}`,
  request: { rule, claim: "better" },
  effect,
  fixes: 0,
  truth: (random) => truthOf({ tasks: 40, rate: evenRate, effect }, random),
});

/** Two of eight tasks fail; the rest works. */
const fix = (name: string, after: number, effect: Effect): Question => ({
  name: `fix, 2 of 8 tasks, ${name}`,
  request: { rule, claim: "fix" },
  effect,
  fixes: 2,
  truth: () => ({
    baseline: [0.1, 0.1, ...Array<number>(6).fill(0.9)],
    candidate: [after, after, ...Array<number>(6).fill(0.9)],
  }),
});

/** Whether a forecast from the ledger says what then happens, in worlds whose rates are known. */
export async function plan(print: (table: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  const lines: string[][] = [];
  for (const question of [
    better(0),
    better(0.1),
    better(0.2),
    fix("mended", 0.8, "mended"),
    fix("null", 0.1, 0),
  ]) {
    const answers = repeat(question.name, (random) => inOneWorld(question, random), worlds);
    const column = (of: (answer: (typeof answers)[number]) => number) => measured(answers.map(of));
    const off = budgets.map((trials, at) => {
      const told = column(({ foretold }) => 100 * foretold.budgets[at]!.decided);
      const came = column(({ decided }) => 100 * decided[at]!);
      const difference = column(
        ({ foretold, decided }) => 100 * (foretold.budgets[at]!.decided - decided[at]!),
      );
      lines.push([question.name, String(trials), shown(told), shown(came)]);
      return { ...difference, mean: Math.abs(difference.mean) };
    });
    rows.push(must(`forecast beside truth, ${question.name}`, greatest(off), "≤", 5, "points"));
    const [told, came] = [column(({ foretold }) => foretold.trials), column(({ trials }) => trials)];
    lines.push([question.name, "mean trials", shown(told, 0), shown(came, 0)]);
  }
  print(
    renderTable("decided within so many trials, %", ["question", "trials", "foretold", "came true"], lines),
  );
  return rows;
}

/** How often a ledger is followed by a real evaluation, for one forecast of it. */
const realities = 10;

function inOneWorld({ request, effect, fixes, truth: drawn }: Question, random: () => number) {
  const truth = drawn(random);
  const { evidence } = begin(truth, { fixes }, random);
  const foretold = forecast({ evidence, request, effect, repetitions: 50, random });
  const played = Array.from({ length: realities }, () => {
    const { evidence: again, attempt } = begin(truth, { fixes }, random);
    return rehearse(again, planFor(again, request), attempt, { marks: budgets });
  });
  return {
    foretold,
    decided: budgets.map(
      (_, at) => played.filter(({ atMarks }) => atMarks[at]!.kind !== "undecided").length / realities,
    ),
    trials: played.reduce((sum, { main, guard }) => sum + main + guard, 0) / realities,
  };
}
