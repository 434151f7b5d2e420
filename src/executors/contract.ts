import type { Trial, TrialSpec } from "../domain/trial.ts";

/**
 * Runs trials. Specifications are plain JSON, so that a member may send them to another machine; what an attempt
 * is comes from the loop.
 */
export interface Executor {
  /**
   * Takes the specifications one by one as it launches them, in the given order, and yields each trial as it ends, in any order. When `signal` aborts it launches no
   * more, and ends after the running ones. A throwing attempt ends the whole run the same way, with what was thrown;
   * trials that end meanwhile are still yielded, because they are paid for.
   * @param attempt gets a slot, 0…concurrency−1, that no other running attempt has
   */
  run<Made extends Trial>(
    specs: Iterable<TrialSpec>,
    attempt: (spec: TrialSpec, slot: number) => Promise<Made>,
    options: { concurrency: number; signal?: AbortSignal },
  ): AsyncIterable<Made>;
}
