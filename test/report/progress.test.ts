import { describe, expect, test } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import { progressOn } from "../../src/report/progress.ts";

type Trials = Extract<Event, { kind: "trials" }>;

const trials = (changes: Partial<Trials> = {}): Trials => ({
  kind: "trials",
  phase: "comparison",
  done: 20,
  most: 100,
  estimate: { baseline: 0.4, candidate: 0.6, delta: 0.2, interval: [-0.1, 0.5] },
  made: 10,
  elapsedMs: 5000,
  costUsd: 2.5,
  ...changes,
});

/** What a screen shows of events. */
function shown(events: readonly Event[], isTTY: boolean): string {
  let text = "";
  const show = progressOn({ isTTY, write: (more: string) => (text += more) }, false);
  for (const event of events) show(event);
  return text;
}

describe("while trials are made", () => {
  test("a line tells of what is done and at most left, the estimate with its interval, time and money", () => {
    // Ten trials took 5 s and $2.50: the 80 that may come take 40 s and $20.
    expect(shown([trials()], false)).toBe(
      "comparison: 20 of at most 100 trials  baseline 0.400  candidate 0.600  +0.200 (95 %: −0.100 to +0.500)  at most about 40 s left, $2.50 spent and at most about $20.00 to come\n",
    );
  });

  test("nothing is said of a candidate before it was tried, nor of money where there is none", () => {
    const estimate = { baseline: 0.4, candidate: 0, delta: 0, interval: [-1, 1] } as const;
    expect(shown([trials({ phase: "ledger of the baseline", estimate, costUsd: 0 })], false)).toBe(
      "ledger of the baseline: 20 of at most 100 trials  baseline 0.400  at most about 40 s left\n",
    );
  });

  test("in a pipe a line comes for each tenth; on a terminal one line changes", () => {
    const events = Array.from({ length: 25 }, (_, i) => trials({ done: i + 1 }));
    expect(shown(events, false).trim().split("\n")).toHaveLength(2);
    const terminal = shown(events, true);
    expect(terminal).not.toContain("\n");
    expect(terminal.split("\r")).toHaveLength(26);
  });

  test("each phase begins on a line of its own, and the last is closed by what comes after", () => {
    const events = [trials({ phase: "ledger of the baseline", done: 90 }), trials({ done: 10 })];
    const step: Event = { kind: "step", step: "evaluate", what: "done" };
    expect(shown([...events, step], true).split("\n")).toHaveLength(3);
    expect(shown(events, false).trim().split("\n")).toHaveLength(2);
  });

  test("what is finished, or more than was foreseen, has nothing left to come", () => {
    for (const done of [100, 120])
      expect(shown([trials({ done })], false)).toMatch(/at most about 0 s left, .* about nothing to come\n$/);
  });
});
