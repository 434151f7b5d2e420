import { expect, test } from "vitest";
import { Budget } from "../../src/domain/budget.ts";

test("a limit is reached by what was started, what was spent, or the time, and says which", () => {
  let ms = 0;
  const budgetOf = (limits: object, whole?: Budget) => new Budget(limits, () => ms, whole);
  const none = budgetOf({});
  const trials = budgetOf({ maxTrials: 2 });
  const cost = budgetOf({ maxCost: 1 });
  const time = budgetOf({ maxMinutes: 0.5 });
  for (const budget of [none, trials, cost, time]) {
    expect(budget.exhausted()).toBeUndefined();
    budget.start();
    budget.end(0.4);
    expect(budget.exhausted()).toBeUndefined();
    budget.start();
  }
  expect(trials.exhausted()).toBe("the limit of 2 trials is reached");
  cost.end(0.6);
  expect(cost.exhausted()).toBe("the limit of $1 is reached");
  ms = 30_000;
  expect(time.exhausted()).toBe("the limit of 0.5 minutes is reached");
  expect(none.exhausted()).toBeUndefined();
});

test("what proposals cost counts as well, in the larger budget too, and it is said what went where", () => {
  const whole = new Budget({ maxCost: 1, maxTrials: 1 }, () => 0);
  const proposing = new Budget({}, () => 0, whole);
  const evaluating = new Budget({}, () => 0, whole);
  proposing.think(0.7);
  expect(whole.exhausted()).toBeUndefined();
  expect(evaluating.costLeft()).toBeCloseTo(0.3, 9);
  evaluating.start();
  evaluating.end(0.31);
  expect(new Budget({ maxCost: 1 }, () => 0, whole).exhausted()).toBe("the limit of 1 trials is reached");
  const rich = new Budget({ maxCost: 1 }, () => 0);
  rich.think(0.7);
  rich.start();
  rich.end(0.3);
  expect(rich.exhausted()).toBe("the limit of $1 is reached ($0.7000 went to proposals, $0.3000 to trials)");
});

test("tokens are limited as dollars are", () => {
  const whole = new Budget({ maxTokens: 100 }, () => 0);
  const part = new Budget({}, () => 0, whole);
  part.start();
  part.end(0, 60);
  expect([part.tokensLeft(), part.exhausted()]).toEqual([40, undefined]);
  part.start();
  part.end(0, 60);
  expect([part.tokensLeft(), part.exhausted()]).toEqual([0, "the limit of 100 tokens is reached"]);
});

test("trials under way count with what others cost: many at once do not overrun the limit", () => {
  const budget = new Budget({ maxCost: 1 }, () => 0);
  for (let i = 0; i < 4; i++) budget.start();
  budget.end(0.2);
  budget.end(0.2);
  expect(budget.exhausted()).toBeUndefined();
  budget.start();
  expect(budget.exhausted()).toBe("the limit of $1 is reached");
});

test("a budget that is part of a larger one ends with it", () => {
  const whole = new Budget({ maxTrials: 3 }, () => 0);
  const parts = [new Budget({ maxTrials: 2 }, () => 0, whole), new Budget({ maxTrials: 2 }, () => 0, whole)];
  for (const part of parts) while (part.exhausted() === undefined) part.start();
  expect(parts.map((part) => part.exhausted())).toEqual([
    "the limit of 2 trials is reached",
    "the limit of 3 trials is reached",
  ]);
});

test("what is left of the time is that of the narrower budget, and without a limit there is no end", () => {
  let clock = 0;
  const at = () => clock;
  const whole = new Budget({ maxMinutes: 60 }, at);
  const part = new Budget({ maxMinutes: 90 }, at, whole);
  clock = 600_000;
  expect(part.leftMs()).toBe(50 * 60_000);
  expect(new Budget({ maxTrials: 3 }, at).leftMs()).toBe(Number.POSITIVE_INFINITY);
});
