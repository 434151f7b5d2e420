import { planFor } from "../../../src/domain/verdict/plan.ts";
import { type Rehearsal, rehearse } from "../../../src/domain/verdict/rehearse.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import type { Row } from "../measure.ts";
import { must, renderTable, shown } from "./table.ts";
import { measured, percent, repeat } from "./tally.ts";
import { begin, evenRate, truthOf } from "./world.ts";

const repetitions = 4_000;
const effects = [0.1, 0.2];

/** Changes that are good on the whole, with no, one or two tasks that worked at .9 and fall to .2. */
export async function guard(print: (table: string) => void): Promise<Row[]> {
  const lines: string[][] = [];
  const rows: Row[] = [];
  for (const effect of effects)
    for (const broken of [0, 1, 2]) {
      const held = play(effect, broken).filter(claimHolds);
      const blocked = percent(held, ({ answer }) => answer.kind === "regression");
      const extra = measured(held.map((each) => each.guard));
      lines.push([`+${effect}, ${broken} broken`, String(held.length), shown(blocked), shown(extra)]);
      if (effect !== 0.1) continue;
      const name = `blocked with ${broken} broken of 40, if the claim holds`;
      rows.push(must(name, blocked, broken === 0 ? "≤" : "≥", [1.5, 93, 97][broken]!));
    }
  const head = ["effect on the others, tasks broken", "claim holds", "blocked %", "guard trials"];
  print(renderTable(`of ${repetitions} evaluations, 40 tasks, the others Beta(2,2)`, head, lines));
  return rows;
}

/** Whether the gate itself said "improved": the guard has spoken since, or had nothing to say. */
const claimHolds = ({ answer: { kind, why } }: Rehearsal) => kind === "improved" || why === "broken-task";

function play(effect: number, broken: number): Rehearsal[] {
  return repeat(
    `guard ${effect} ${broken}`,
    (random) => {
      const { baseline, candidate } = truthOf({ tasks: 40 - broken, rate: evenRate, effect }, random);
      const rest = Array.from({ length: broken });
      const truth = {
        baseline: [...baseline, ...rest.map(() => 0.9)],
        candidate: [...candidate, ...rest.map(() => 0.2)],
      };
      const { evidence, attempt } = begin(truth, {}, random);
      return rehearse(evidence, planFor(evidence, { rule: ruleFor(0.1)!, claim: "better" }), attempt);
    },
    repetitions,
  );
}
