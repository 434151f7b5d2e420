import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../../src/domain/random.ts";
import { betaFrom } from "../../../src/domain/verdict/beta.ts";
import { TaskEvidence } from "../../../src/domain/verdict/evidence.ts";
import { type Effect, forecast } from "../../../src/domain/verdict/forecast.ts";
import type { Claim } from "../../../src/domain/verdict/plan.ts";
import { ruleFor } from "../../../src/domain/verdict/rules.ts";
import { shifted } from "../../../src/domain/verdict/shifted.ts";

const randomOf = (seed: string) => {
  const numbers = randomNumbers(seed);
  return () => numbers.next().value;
};

/** Tasks with that many passes of twelve stored; the first `fixes` of them fail. */
function bank(passes: readonly number[], fixes = 0): TaskEvidence[] {
  return passes.map((count, i) => {
    const subject = { task: `task-${i}`, category: "any", family: `${i}`, mustPass: false, fixes: i < fixes };
    return new TaskEvidence(
      subject,
      Array.from({ length: 12 }, (_, run) => (run < count ? 1 : 0)),
    );
  });
}

const unknown = (count: number, fixes = 0) =>
  bank(Array<number>(count).fill(0), fixes).map(({ subject }) => new TaskEvidence(subject));

const halfWay = bank(Array.from({ length: 40 }, (_, i) => 2 + (i % 9)));

function ask(evidence: TaskEvidence[], effect: Effect, claim: Claim = "better", seed = "forecast") {
  const request = { rule: ruleFor(0.1)!, claim };
  return forecast({ evidence, request, effect, repetitions: 200, random: randomOf(seed) });
}

const chancesOf = (asked: ReturnType<typeof ask>) => asked.budgets.map(({ decided }) => decided);

describe("a forecast", () => {
  test("is the same for the same seed", () => {
    expect(ask(halfWay, 0.1)).toEqual(ask(halfWay, 0.1));
    expect(ask(halfWay, 0.1)).not.toEqual(ask(halfWay, 0.1, "better", "another"));
  });

  test("never gives a larger budget less of a chance to decide", () => {
    for (const effect of [0, 0.1, 0.2]) {
      const chances = chancesOf(ask(halfWay, effect));
      expect(chances).toEqual(chances.toSorted((a, b) => a - b));
    }
  });

  test("adds up to one over the answers of each budget", () => {
    for (const { chances, decided } of ask(halfWay, 0.2).budgets) {
      const { undecided, ...answers } = chances;
      expect(Object.values(answers).reduce((sum, x) => sum + x, 0)).toBeCloseTo(decided);
      expect(decided + undecided).toBeCloseTo(1);
    }
  });

  test("says that a gain of +.2 is found within 300 trials, and one of +.1 often is not", () => {
    const [clear, small] = [ask(halfWay, 0.2), ask(halfWay, 0.1)];
    expect(clear.budgets.at(-1)!.chances.improved).toBeGreaterThan(0.9);
    expect(small.budgets.at(-1)!.decided).toBeLessThan(0.8);
    expect(clear.trials).toBeLessThan(small.trials);
  });

  test("expects a change that does nothing to be told no, and hardly ever yes", () => {
    const last = ask(halfWay, 0).budgets.at(-1)!;
    expect(last.chances["not-improved"]).toBeGreaterThan(0.75);
    expect(last.chances.improved).toBeLessThan(0.06);
  });

  test("leaves the evidence that it was asked about as it was", () => {
    const evidence = unknown(8, 2);
    ask(evidence, "mended", "fix");
    expect(evidence).toEqual(unknown(8, 2));
  });

  test("expects a mended failure to be seen within 100 trials, in a bank that otherwise works", () => {
    const works = bank([1, 1, 11, 11, 11, 11, 11, 11], 2);
    expect(ask(works, "mended", "fix").budgets[2]!.chances.improved).toBeGreaterThan(0.8);
    expect(ask(works, 0, "fix").budgets[2]!.chances.improved).toBeLessThan(0.03);
  });

  test("can be asked for before the ledger is filled", () => {
    expect(ask(unknown(40), 0.2).budgets.at(-1)!.chances.improved).toBeGreaterThan(0.8);
    expect(ask(unknown(8, 2), "mended", "fix").budgets[0]!.decided).toBeLessThan(0.2);
  });

  test("counts on fewer trials when others have paid for fresh baseline trials today", () => {
    const shared = bank(Array.from({ length: 40 }, (_, i) => 2 + (i % 9)));
    for (const [i, task] of shared.entries())
      for (let run = 0; run < 4; run++) task.add("baseline", run * 9 < 4 * (i % 9) ? 1 : 0);
    expect(ask(shared, 0.2).trials).toBeLessThan(ask(halfWay, 0.2).trials);
  });

  test("knows that too few tasks decide nothing", () => {
    const { trials, budgets } = ask(bank([6, 6, 6, 6]), 0.1);
    expect([trials, ...budgets.map(({ decided }) => decided)]).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("a shift of all rates", () => {
  test.each([-0.9, -0.1, 0.05, 0.2, 0.4])(
    "moves their mean by exactly %d, as far as there is room",
    (effect) => {
      const rates = [0.02, 0.1, 0.5, 0.6, 0.98];
      const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
      expect(sum(shifted(rates, effect))).toBeCloseTo(Math.max(0, sum(rates) + effect), 9);
    },
  );
});

test("Beta numbers have the mean and the spread of their distribution", () => {
  const random = randomOf("beta");
  for (const [a, b] of [
    [2, 2],
    [0.5, 0.5],
    [1.5, 11],
  ] as const) {
    const drawn = Array.from({ length: 20_000 }, () => betaFrom(random, a, b));
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeCloseTo(a / (a + b), 1);
    expect(variance).toBeCloseTo((a * b) / ((a + b) ** 2 * (a + b + 1)), 2);
  }
});
