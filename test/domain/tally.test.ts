import { expect, test } from "vitest";
import { Tally } from "../../src/domain/tally.ts";
import type { Trial } from "../../src/domain/trial.ts";
import { describe } from "../../src/domain/verdict/statistics.ts";
import { plainPlan, tasksWith } from "./verdict/evidence.ts";

test("the estimate while trials come in ends where the verdict begins", () => {
  const tally = new Tally();
  const evidence = tasksWith(5, { baseline: [0, 1, 0], candidate: [1, 1, 0.5] });
  for (const { subject, main } of evidence)
    for (const arm of ["baseline", "candidate"] as const)
      for (const score of main[arm]) {
        tally.add({ task: subject.task, arm, score, result: "failed" } as Trial);
        tally.add({ task: subject.task, arm, score: 0, result: "error" } as Trial);
        tally.add({ task: subject.task, arm, score: 0, result: "ungraded" } as Trial);
      }
  const statistics = describe(evidence, plainPlan());
  const estimate = tally.estimate();
  for (const figure of ["baseline", "candidate", "delta"] as const)
    expect(estimate[figure]).toBeCloseTo(statistics[figure], 10);
  // The verdict pools the variance of both arms, the tally takes them apart: the same reach but for a twentieth.
  const [low, high] = estimate.interval;
  expect((low + high) / 2).toBeCloseTo(statistics.delta, 10);
  const reach = (statistics.interval[1] - statistics.interval[0]) / (high - low);
  expect(Math.abs(Math.log(reach))).toBeLessThan(0.05);
});

test("before both arms were tried nothing is known", () => {
  const tally = new Tally();
  tally.add({ task: "a", arm: "candidate", score: 1, result: "passed" } as Trial);
  expect(tally.estimate()).toEqual({ baseline: 0, candidate: 1, delta: 0, interval: [-1, 1] });
});
