import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../../src/domain/random.ts";
import { nextStep } from "../../../src/domain/verdict/decide.ts";
import { ledgerRuns, type PlanRequest } from "../../../src/domain/verdict/plan.ts";
import type { Answer } from "../../../src/domain/verdict/step.ts";
import { aTaskWith, planOn } from "./evidence.ts";

interface World {
  readonly tasks: readonly { readonly before: number; readonly now: number; readonly mustPass?: boolean }[];
  readonly ledger: number;
  readonly score: (rate: number, draw: number) => number;
  readonly request: Partial<PlanRequest>;
  readonly seed: string;
}

/** Follows the steps to the answer, in a world where every score is drawn. */
function follow({ tasks, ledger, score, request, seed }: World): { answer: Answer; trials: number } {
  const random = randomNumbers(seed);
  const draw = (rate: number) => score(rate, random.next().value);
  const evidence = tasks.map(({ before, mustPass = false }, i) =>
    aTaskWith({
      task: `task-${i}`,
      category: i % 2 === 0 ? "even" : "odd",
      mustPass,
      fixes: i === 0,
      ledger: Array.from({ length: ledger }, () => draw(before)),
    }),
  );
  const plan = planOn(evidence, request);
  const most = plan.cap + plan.block + tasks.length * 2 * 17;
  for (let trials = 0; ;) {
    const step = nextStep(evidence, plan);
    if ("answer" in step) return { answer: step.answer, trials };
    trials += step.wanted.length;
    if (step.wanted.length === 0 || trials > most) throw new Error(`No answer after ${trials} trials.`);
    for (const { task, arm, stage } of step.wanted) {
      const { before, now } = tasks[task]!;
      evidence[task]!.add(arm, draw(arm === "baseline" ? before : now), stage);
    }
  }
}

const pass = (rate: number, draw: number) => Number(draw < rate);
const tenths = (score: number) => Math.round(10 * score) / 10;
const kinds: Record<string, World["score"]> = {
  "pass or fail": pass,
  "the rate itself": (rate) => rate,
  "partial credit": (rate, draw) => tenths(Math.min(1, Math.max(0, rate + (draw - 0.5) / 2))),
  anything: (_, draw) => tenths(draw),
};

describe.each(["better", "fix"] as const)("an evaluation of the claim %s", (claim) => {
  test("always ends, within its cap and the guard's trials, whatever scores come back", () => {
    const rate = fc.oneof(fc.constantFrom(0, 0.45, 0.7, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    const task = fc.record({ before: rate, now: rate, mustPass: fc.boolean() });
    const world = fc.record({
      tasks: fc.array(task, { maxLength: 9 }),
      ledger: fc.nat(12),
      kind: fc.constantFrom(...Object.keys(kinds)),
      runs: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      block: fc.nat(24),
      restarts: fc.nat(2),
      extensions: fc.nat(1),
      seed: fc.nat(1e6),
    });
    const fixed = { before: 0, now: 1, mustPass: false };
    const like = (before: number, now: number) => ({ before, now, mustPass: false });
    const plain = { kind: "the rate itself", runs: undefined, block: 0, restarts: 0, extensions: 0, seed: 1 };
    const examples = [
      { ...plain, ledger: 0, tasks: Array(6).fill(like(0.45, 0.45)) }, // pairs that say neither
      { ...plain, ledger: 12, tasks: [fixed, ...Array(6).fill(like(1, 0.7))] }, // neither intact nor broken
    ];
    const holds = fc.property(world, ({ tasks, ledger, kind, seed, ...request }) => {
      const asked = { claim, ...request };
      const { answer } = follow({ tasks, ledger, score: kinds[kind]!, request: asked, seed: `${seed}` });
      if (tasks.length < 5) expect(answer).toMatchObject({ kind: "undecided", why: "few-tasks" });
    });
    fc.assert(holds, { seed: 11, numRuns: 200, examples: examples.map((example) => [example]) });
  });
});

describe("a change that changes nothing", () => {
  test.each([
    [6, "few tasks"],
    [12, "a dozen tasks"],
    [40, "many tasks"],
  ])("is called improved no more often than stated with %i tasks, however often one looks", (count) => {
    const simulations = 400;
    let improved = 0;
    let regressions = 0;
    for (let i = 0; i < simulations; i++) {
      const random = randomNumbers(`${count} tasks, simulation ${i}`);
      const tasks = Array.from({ length: count }, () => {
        const rate = random.next().value;
        return { before: rate, now: rate };
      });
      const world = { tasks, ledger: ledgerRuns(count), score: pass, request: {}, seed: `${count} ${i}` };
      const { answer } = follow(world);
      if (answer.kind === "improved") improved++;
      if (answer.kind === "regression") regressions++;
    }
    // Four standard deviations of a binomial count: a rule at the stated rate crosses this once in 30,000 runs.
    const most = (rate: number) => simulations * rate + 4 * Math.sqrt(simulations * rate * (1 - rate));
    expect(improved).toBeLessThanOrEqual(most(0.025));
    expect(improved).toBeGreaterThan(0); // the simulation can see what it bounds
    expect(regressions).toBeLessThanOrEqual(most(0.005));
  });

  test("does not count as mended either, whatever its tasks' rates are", () => {
    const simulations = 1000;
    let mended = 0;
    for (let i = 0; i < simulations; i++) {
      const random = randomNumbers(`fix, simulation ${i}`);
      const tasks = Array.from({ length: 6 }, () => {
        const rate = random.next().value * 0.6;
        return { before: rate, now: rate };
      });
      const world = { tasks, ledger: 0, score: pass, request: { claim: "fix" as const }, seed: `fix ${i}` };
      if (follow(world).answer.why === "mended") mended++;
    }
    expect(mended).toBeLessThanOrEqual(simulations * 0.025 + 4 * Math.sqrt(simulations * 0.025 * 0.975));
  });
});

test("a gain of two tenths is seen in nearly all cases, and costs no more than a gain of one", () => {
  const count = 20;
  const run = (gain: number) =>
    Array.from({ length: 150 }, (_, i) => {
      const random = randomNumbers(`gain, simulation ${i}`);
      const tasks = Array.from({ length: count }, () => {
        const rate = 0.15 + 0.6 * random.next().value;
        return { before: rate, now: rate + gain };
      });
      return follow({ tasks, ledger: 12, score: pass, request: {}, seed: `gain ${i}` });
    });
  const share = (gained: ReturnType<typeof run>) =>
    gained.filter(({ answer }) => answer.kind === "improved").length / gained.length;
  const trials = (made: ReturnType<typeof run>) =>
    made.reduce((sum, each) => sum + each.trials, 0) / made.length;
  const [ten, twenty, loss] = [run(0.1), run(0.2), run(-0.1)];
  expect(share(twenty)).toBeGreaterThan(0.95);
  expect(share(ten)).toBeGreaterThan(0.6);
  expect(share(loss)).toBe(0);
  expect(trials(twenty)).toBeLessThan(trials(ten));
  expect(trials(loss)).toBeLessThan(trials(twenty));
});
