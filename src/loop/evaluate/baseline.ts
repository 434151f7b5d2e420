import type { Settlement } from "../../domain/evaluation.ts";
import type { Stream, Trial, TrialSpec } from "../../domain/trial.ts";
import type { Workspace } from "../../workspace.ts";
import type { Comparison } from "./comparison.ts";
import { specOf } from "./specs.ts";

/** How long fresh trials of the baseline may be shared, and an evaluation be resumed on its own trials. */
const windowMs = 24 * 3_600_000;

/** A clock that was set back tells no age: what seems to come from the future is no fresher than what is old. */
export const isWithinDay = (one: string, other: string): boolean =>
  Math.abs(Date.parse(one) - Date.parse(other)) <= windowMs;

/** What is stored of one task's baseline. */
export interface StoredBaseline {
  /** Older trials, in order. */
  readonly ledger: readonly TrialSpec[];
  /** Fresh ones that other evaluations made, in order. */
  readonly pool: readonly TrialSpec[];
  /** The repeats under which the next trials of either stream are made. */
  readonly next: { readonly ledger: number; readonly pool: number };
}

const ledgerStream = ({ visible }: Comparison): Stream => `ledger:${visible.baseline.slice(0, 16)}`;
export const poolStream = ({ visible }: Comparison): Stream => `pool:${visible.baseline.slice(0, 16)}`;

/**
 * The stored trials of a comparison's baseline, for each of its tasks, as they stood when it was settled: fresh ones
 * of the day before are its pool, all others its ledger. Trials that were made of this configuration when it was a
 * candidate itself count as ledger once it is the baseline.
 * @param settled without a key: as it would be settled now
 */
export function storedBaseline(
  { record }: Pick<Workspace, "record">,
  comparison: Comparison,
  settled: Pick<Settlement, "timestamp" | "pool"> & Partial<Pick<Settlement, "key">>,
): StoredBaseline[] {
  const { visible, tasks } = comparison;
  const { trials, settlements } = record.index;
  const { timestamp: at, pool: had, key } = settled;
  const place = key === undefined ? undefined : settlements.placeOf({ key, timestamp: at });
  const since = settlements.expiredUntil(visible.baseline, place);
  const byTask = Map.groupBy(trials.of(visible.baseline, 0, place), ({ task }) => task);
  const valid = new Set(trials.of(visible.baseline, since, place).map((trial) => trial.key));
  const ownPool = poolStream(comparison);
  return tasks.map((task) => {
    const shared = had[task.name] ?? 0;
    const specOfTrial = ({ stream, repeat }: Trial) => specOf(comparison, task, "baseline", stream, repeat);
    // Of another prompt, agent or sandbox it has another key, and says nothing here.
    const mine = (byTask.get(task.name) ?? []).filter((trial) => trial.key === specOfTrial(trial).key);
    // Those that no grader could judge yet, too: one may by now.
    const counted = mine.filter((trial) => valid.has(trial.key));
    const isPool = ({ stream }: Trial) => stream === ownPool;
    const isFresh = (trial: Trial) =>
      isPool(trial) && trial.repeat < shared && isWithinDay(trial.timestamp, at);
    const isStored = (trial: Trial) =>
      isPool(trial) ? trial.repeat < shared && !isFresh(trial) : !trial.stream.startsWith("guard:");
    return {
      ledger: counted.filter(isStored).map(specOfTrial),
      pool: counted.filter(isFresh).map(specOfTrial),
      next: { ledger: nextRepeat(mine, ledgerStream(comparison)), pool: shared },
    };
  });
}

/** How many trials of each task the pool has by now. */
export function poolNow(
  { record }: Pick<Workspace, "record">,
  comparison: Comparison,
): Record<string, number> {
  const stream = poolStream(comparison);
  const trials = record.index.trials.of(comparison.visible.baseline).filter((t) => t.stream === stream);
  const byTask = Map.groupBy(trials, ({ task }) => task);
  return Object.fromEntries([...byTask].map(([task, some]) => [task, nextRepeat(some, stream)]));
}

const nextRepeat = (trials: readonly Trial[], stream: Stream) =>
  Math.max(-1, ...trials.filter((trial) => trial.stream === stream).map(({ repeat }) => repeat)) + 1;

/** The trial that the ledger has next of a task. */
export const nextOfLedger = (comparison: Comparison, task: number, repeat: number): TrialSpec =>
  specOf(comparison, comparison.tasks[task]!, "baseline", ledgerStream(comparison), repeat);
