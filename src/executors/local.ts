import type { Trial, TrialSpec } from "../domain/trial.ts";
import type { Executor } from "./contract.ts";

/**
 * Runs trials on this machine. Holds at most `concurrency` trials that are running or wait to be taken, however many
 * there are in all: nothing is launched while the reader is busy with one.
 */
export const local: Executor = {
  async *run<Made extends Trial>(
    specs: Iterable<TrialSpec>,
    attempt: (spec: TrialSpec, slot: number) => Promise<Made>,
    { concurrency, signal }: { concurrency: number; signal?: AbortSignal },
  ) {
    const free = Array.from({ length: Math.max(1, concurrency) }, (_, slot) => slot);
    const slots = free.length;
    const waiting = specs[Symbol.iterator]();
    const ended: Made[] = [];
    const failures: unknown[] = [];
    let change = Promise.withResolvers<void>();

    const launch = async (spec: TrialSpec, slot: number) => {
      try {
        ended.push(await attempt(spec, slot));
      } catch (error) {
        failures.push(error);
      }
      free.unshift(slot);
      change.resolve();
    };
    const launchMore = () => {
      while (free.length > 0 && failures.length === 0 && !signal?.aborted) {
        const { value: spec, done } = waiting.next();
        if (done) return;
        void launch(spec, free.shift()!);
      }
    };
    const nextEnd = async () => {
      await change.promise;
      change = Promise.withResolvers();
    };

    try {
      for (launchMore(); free.length < slots || ended.length > 0; launchMore()) {
        if (ended.length === 0) await nextEnd();
        yield* ended.splice(0);
      }
      if (failures.length > 0) throw failures[0];
    } finally {
      // A reader that leaves early must not leave attempts behind that still write.
      while (free.length < slots) await nextEnd();
    }
  },
};
