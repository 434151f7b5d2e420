import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Trial, TrialSpec } from "../../src/domain/trial.ts";
import { local } from "../../src/executors/local.ts";

const specs = (count: number) =>
  Array.from({ length: count }, (_, repeat) => ({ key: `k${repeat}`, repeat }) as TrialSpec);
const trialOf = ({ key }: TrialSpec) => ({ key }) as Trial;

async function keys(trials: AsyncIterable<Trial>): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of trials) found.push(key);
  return found;
}

/** Attempts that end when told to, in any order. */
function doors() {
  const open = new Map<string, () => void>();
  const attempt = (spec: TrialSpec) =>
    new Promise<Trial>((resolve) => open.set(spec.key, () => resolve(trialOf(spec))));
  return { attempt, started: () => [...open.keys()], open: (key: string) => open.get(key)!() };
}

test("every trial is made once, in any number of slots", async () => {
  for (const concurrency of [1, 3, 50]) {
    const attempt = async (spec: TrialSpec) => {
      await sleep((spec.repeat * 7) % 5);
      return trialOf(spec);
    };
    const made = await keys(local.run(specs(20), attempt, { concurrency }));
    expect(made.sort()).toEqual(
      specs(20)
        .map(({ key }) => key)
        .sort(),
    );
  }
  expect(await keys(local.run([], () => Promise.reject(new Error("none")), { concurrency: 2 }))).toEqual([]);
});

test("trials start in the given order, and one that ends early is not kept waiting", async () => {
  const { attempt, open, started } = doors();
  const trials = local.run(specs(4), attempt, { concurrency: 2 })[Symbol.asyncIterator]();
  const first = trials.next();
  expect(started()).toEqual(["k0", "k1"]);
  open("k1");
  expect((await first).value).toEqual({ key: "k1" });
  const second = trials.next();
  await expect.poll(started).toEqual(["k0", "k1", "k2"]);
  open("k2");
  expect((await second).value).toEqual({ key: "k2" });
  const rest = [trials.next(), trials.next(), trials.next()];
  await expect.poll(started).toEqual(["k0", "k1", "k2", "k3"]);
  open("k3");
  open("k0");
  expect((await Promise.all(rest)).map(({ done }) => done)).toEqual([false, false, true]);
});

test("no more trials run at once than asked for, each in a slot of its own", async () => {
  const busy = new Set<number>();
  const seen = new Set<number>();
  const attempt = async (spec: TrialSpec, slot: number) => {
    expect(busy.has(slot)).toBe(false);
    busy.add(slot);
    seen.add(slot);
    expect(busy.size).toBeLessThanOrEqual(3);
    await sleep(spec.repeat % 3);
    busy.delete(slot);
    return trialOf(spec);
  };
  await keys(local.run(specs(30), attempt, { concurrency: 3 }));
  expect([...seen].sort()).toEqual([0, 1, 2]);
});

test("after a trial that throws no other is started, and those that were paid for are kept", async () => {
  const started: string[] = [];
  const attempt = async (spec: TrialSpec) => {
    started.push(spec.key);
    if (spec.repeat === 1) throw new Error("the disk is full");
    await sleep(5);
    return trialOf(spec);
  };
  const kept: string[] = [];
  const read = async () => {
    for await (const { key } of local.run(specs(10), attempt, { concurrency: 3 })) kept.push(key);
  };
  await expect(read()).rejects.toThrow("the disk is full");
  expect(started).toEqual(["k0", "k1", "k2"]);
  expect(kept.sort()).toEqual(["k0", "k2"]);
});

test("the only trial that throws ends the run", async () => {
  const run = keys(local.run(specs(1), () => Promise.reject(new Error("no")), { concurrency: 4 }));
  await expect(run).rejects.toThrow("no");
});

test("after an interrupt the running trials end and no other is started", async () => {
  const interrupt = new AbortController();
  const attempt = async (spec: TrialSpec) => {
    if (spec.repeat === 2) interrupt.abort();
    await sleep(1);
    return trialOf(spec);
  };
  const made = await keys(local.run(specs(20), attempt, { concurrency: 2, signal: interrupt.signal }));
  expect(made.length).toBeLessThanOrEqual(4);
  expect(made).toContain("k2");
});

test("a reader that leaves early leaves no trial running behind", async () => {
  let running = 0;
  const attempt = async (spec: TrialSpec) => {
    running++;
    await sleep(spec.repeat * 10);
    running--;
    return trialOf(spec);
  };
  for await (const _ of local.run(specs(6), attempt, { concurrency: 3 })) break;
  expect(running).toBe(0);
});
