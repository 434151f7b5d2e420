import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../../src/domain/random.ts";
import { agreementOf } from "../../../src/domain/rubric/agreement.ts";
import { answerGiven } from "../../../src/domain/verdict/decide.ts";
import { TaskEvidence } from "../../../src/domain/verdict/evidence.ts";
import { throughJudge } from "../../../src/domain/verdict/judged.ts";
import { planFor } from "../../../src/domain/verdict/plan.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import { describe as statisticsOf } from "../../../src/domain/verdict/statistics.ts";

test.each<[string, Parameters<typeof throughJudge>, [number, number]]>([
  [
    "a perfect judge changes nothing",
    [[0.1, 0.3], { share: 1, interval: [0.1, 0.3], keptAtLeast: 1 }],
    [0.1, 0.3],
  ],
  [
    "a gain may be larger than it looks, not surer",
    [[0.1, 0.3], { share: 1, interval: [0.1, 0.3], keptAtLeast: 0.5 }],
    [0.1, 0.6],
  ],
  ["so may a loss", [[-0.3, -0.1], { share: 1, interval: [-0.3, -0.1], keptAtLeast: 0.5 }], [-0.6, -0.1]],
  [
    "what may be either is wider on both sides",
    [[-0.1, 0.2], { share: 1, interval: [-0.1, 0.2], keptAtLeast: 0.5 }],
    [-0.2, 0.4],
  ],
  [
    "only what it scored is uncertain",
    [[0.1, 0.3], { share: 0.25, interval: [-0.1, 0.4], keptAtLeast: 0.5 }],
    [0.075, 0.4],
  ],
])("%s", (_, [seen, part], expected) => {
  const [low, high] = throughJudge(seen, part);
  expect(low).toBeCloseTo(expected[0]);
  expect(high).toBeCloseTo(expected[1]);
});

interface World {
  readonly sensitivity: number;
  readonly specificity: number;
  /** Answers that a person labelled, of each kind. */
  readonly labelled: number;
  readonly gain: number;
  /** The share of tasks that the judge scores; programs score the rest. */
  readonly judged: number;
}

const tasks = 30;
const runs = 8;

/** Plays one comparison behind a judge that errs alike in both arms. */
function play({ sensitivity, specificity, labelled, gain, judged }: World, chance: () => number) {
  const judge = (isGood: boolean) => (isGood ? chance() < sensitivity : chance() >= specificity);
  const count = (isGood: boolean) =>
    Array.from({ length: labelled }, () => judge(isGood)).filter((said) => said === isGood).length;
  const [hits, refusals] = [count(true), count(false)];
  const { keptAtLeast } = agreementOf({
    ...{ hits, misses: labelled - hits, refusals, slips: labelled - refusals },
    ...{ answers: 2 * labelled, holding: labelled, failing: labelled },
  });
  const evidence = Array.from({ length: tasks }, (_, i) => {
    const rate = 0.2 + 0.4 * (i / tasks);
    const byJudge = i < judged * tasks;
    const score = (p: number) => Number(byJudge ? judge(chance() < p) : chance() < p);
    const ledger = Array.from({ length: 12 }, () => score(rate));
    const subject = { task: `t${i}`, category: "c", family: `f${i}`, mustPass: false, fixes: false };
    const task = new TaskEvidence({ ...subject, judged: byJudge }, ledger);
    for (let n = 0; n < runs; n++) task.add("baseline", score(rate)).add("candidate", score(rate + gain));
    return task;
  });
  return { evidence, keptAtLeast };
}

const rule = ruleFor(0.1)!;
const planned = (evidence: readonly TaskEvidence[]) =>
  planFor(
    evidence.map(({ subject, stored }) => new TaskEvidence(subject, stored)),
    { rule, claim: "better" },
  );

const worlds: World[] = [
  { sensitivity: 0.95, specificity: 0.95, labelled: 10, gain: 0.2, judged: 1 },
  { sensitivity: 0.8, specificity: 0.9, labelled: 40, gain: 0.3, judged: 1 },
  { sensitivity: 0.9, specificity: 0.75, labelled: 40, gain: -0.15, judged: 1 },
  { sensitivity: 0.8, specificity: 0.8, labelled: 50, gain: 0.3, judged: 0.5 },
  { sensitivity: 0.8, specificity: 0.8, labelled: 50, gain: 0, judged: 1 },
];

describe("behind a judge that errs", () => {
  test.each(worlds)(
    "sensitivity $sensitivity, specificity $specificity, gain $gain on $judged of the tasks: the interval holds it in 95 %",
    (world) => {
      const random = randomNumbers(JSON.stringify(world));
      const chance = () => random.next().value;
      const repetitions = 300;
      let [held, naive] = [0, 0];
      for (let i = 0; i < repetitions; i++) {
        const { evidence, keptAtLeast } = play(world, chance);
        const plan = planned(evidence);
        const holds = ([low, high]: readonly [number, number]) => low <= world.gain && world.gain <= high;
        held += Number(holds(statisticsOf(evidence, plan, keptAtLeast).interval));
        naive += Number(holds(statisticsOf(evidence, plan).interval));
      }
      // Three standard errors of the simulation below 95 %.
      expect(held / repetitions).toBeGreaterThan(0.912);
      if (world.gain === 0.3 && world.judged === 1) expect(naive / repetitions).toBeLessThan(0.8);
    },
  );

  test("a change of nothing is called improved no more often than without one", () => {
    const random = randomNumbers("nothing");
    const chance = () => random.next().value;
    const world: World = { sensitivity: 0.8, specificity: 0.7, labelled: 30, gain: 0, judged: 1 };
    const repetitions = 1000;
    let improved = 0;
    for (let i = 0; i < repetitions; i++) {
      const { evidence } = play(world, chance);
      improved += Number(answerGiven(evidence, planned(evidence)).kind === "improved");
    }
    // The stated 2.5 % and three standard errors.
    expect(improved / repetitions).toBeLessThan(0.04);
  });
});
