import { expect, test } from "vitest";
import { Tally } from "../../src/domain/tally.ts";
import type { Trial } from "../../src/domain/trial.ts";
import { decide } from "../../src/domain/verdict/decide.ts";

test("the estimate while trials come in ends where the verdict begins", () => {
  const tally = new Tally();
  const tasks = ["a", "b", "c", "d", "e"];
  const scores = { baseline: [0, 1, 0], candidate: [1, 1, 0.5] };
  for (const run of [0, 1, 2])
    for (const task of tasks)
      for (const arm of ["baseline", "candidate"] as const) {
        tally.add({ task, arm, score: scores[arm][run]!, result: "failed" } as Trial);
        tally.add({ task, arm, score: 0, result: "error" } as Trial);
        tally.add({ task, arm, score: 0, result: "ungraded" } as Trial);
      }
  const rest = { category: "c", mustPass: false, ...scores };
  const { statistics } = decide(
    tasks.map((task) => ({ task, family: task, ...rest })),
    0.1,
    1,
  );
  const estimate = tally.estimate();
  for (const figure of ["baseline", "candidate", "delta"] as const)
    expect(estimate[figure]).toBeCloseTo(statistics[figure], 10);
  expect(estimate.interval[0]).toBeCloseTo(statistics.interval[0], 10);
  expect(estimate.interval[1]).toBeCloseTo(statistics.interval[1], 10);
});

test("before both arms were tried nothing is known", () => {
  const tally = new Tally();
  tally.add({ task: "a", arm: "candidate", score: 1, result: "passed" } as Trial);
  expect(tally.estimate()).toEqual({ baseline: 0, candidate: 1, delta: 0, interval: [-1, 1] });
});
