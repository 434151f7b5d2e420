import { KiraError } from "../../domain/errors.ts";
import type { FileEntry } from "../../domain/paths.ts";
import { shuffled } from "../../domain/random.ts";
import { Tally } from "../../domain/tally.ts";
import type { Task } from "../../domain/task.ts";
import type { Trial, TrialSpec } from "../../domain/trial.ts";
import type { Workspace } from "../../workspace.ts";
import { hold, objectsOf } from "./artifact.ts";
import type { Comparison } from "./comparison.ts";
import { refuseHopeless } from "./infrastructure.ts";
import { regraded, type Sorted, sortByWhatIsLeft } from "./stored-trials.ts";
import { openTrialRoom } from "./trial.ts";

/** Trials are in the journal as each ends, and in the index, which follows from it, so many at a time. */
const indexedAtOnce = 200;

/** What one call brought: all trials asked for, or those there were money for. */
export interface Round {
  /** In the order of the specifications, without artifacts. */
  readonly trials: readonly Trial[];
  /** The limit that left some of them out. */
  readonly stopped: string | undefined;
}

/** Makes the trials of a comparison, as often as it is asked for some; what they leave is kept when it is disposed of. */
export interface TrialRunner extends AsyncDisposable {
  /**
   * Trials as specified: stored ones as they are, regraded if their grader has changed; missing ones made now, in a
   * randomly interleaved order. Each is recorded as it ends, so that nothing paid for is lost.
   * @param phase what they are for, as progress shows it
   * @param most so many trials at most the phase has in all
   * @throws KiraError `unavailable` if the infrastructure fails too often, `interrupted` on a signal
   */
  run(specs: readonly TrialSpec[], phase: string, most: number): Promise<Round>;
  /** Whether some of these trials were not made yet. */
  lacks(specs: readonly TrialSpec[]): boolean;
  /** Trials made, and not found, since it was opened. */
  readonly spent: { readonly made: number; readonly costUsd: number };
}

export function openTrials(workspace: Workspace, comparison: Comparison): TrialRunner {
  const { record, executor, report } = workspace;
  const { budget, signal, config, key } = comparison;
  const byName = new Map(
    [...comparison.tasks, ...comparison.seen, ...comparison.impossible].map((task): [string, Task] => [
      task.name,
      task,
    ]),
  );
  const room = openTrialRoom(workspace, { ...comparison, tasks: byName });
  const options = { concurrency: config.evaluate.concurrency, ...(signal === undefined ? {} : { signal }) };
  const objects = new Map<string, Map<string, FileEntry>>();
  const seen = new Map<string, { done: number; tally: Tally }>();
  const spent = { made: 0, costUsd: 0 };
  const began = performance.now();
  const all = new Map<string, Trial>();
  let rounds = 0;

  const take = (found: Map<string, Trial>, phase: string, { artifact, ...trial }: Trial) => {
    found.set(trial.key, trial);
    const progress = seen.get(phase) ?? { done: 0, tally: new Tally() };
    progress.done++;
    progress.tally.add(trial);
    seen.set(phase, progress);
    const kept = objects.get(trial.stream) ?? new Map<string, FileEntry>();
    objects.set(trial.stream, kept);
    for (const [path, entry] of artifact ? objectsOf({ ...trial, artifact }) : []) kept.set(path, entry);
  };
  const tell = (phase: string, most: number) => {
    const { done, tally } = seen.get(phase)!;
    const elapsedMs = performance.now() - began;
    report({ kind: "trials", phase, done, most, estimate: tally.estimate(), elapsedMs, ...spent });
  };

  const make = async (sorted: Sorted, found: Map<string, Trial>, phase: string, most: number) => {
    let stopped: string | undefined;
    const launched = (function* affordable() {
      for (const spec of shuffled(sorted.missing, `${key} ${phase} ${rounds}`)) {
        stopped ??= budget.exhausted();
        if (stopped !== undefined) return;
        budget.start();
        yield spec;
      }
    })();
    for await (const trial of executor.run(launched, (spec, slot) => room.attempt(spec, slot), options)) {
      budget.end(trial.costUsd, trial.tokens);
      const cutOff = trial.result === "error" ? await room.cutOff() : undefined;
      if (cutOff !== undefined) {
        spent.costUsd += trial.costUsd;
        stopped ??= budget.exhausted() ?? cutOff;
        continue;
      }
      // What takes a stored one's place is as old as that was: a settled comparison rests on it.
      const timestamp = sorted.again.get(trial.key);
      const made = timestamp === undefined ? trial : { ...trial, timestamp, again: true as const };
      if (trial.result !== "error") record.append([{ kind: "trial", ...made }]);
      take(found, phase, made);
      spent.made++;
      spent.costUsd += trial.costUsd;
      if (spent.made % indexedAtOnce === 0) record.catchUp();
      tell(phase, most);
    }
    return stopped;
  };

  return {
    spent,
    lacks: (specs) => specs.some((spec) => record.index.trials.find(spec.key) === undefined),
    async run(specs, phase, most) {
      rounds++;
      const found = new Map<string, Trial>();
      const sorted = await sortByWhatIsLeft(workspace, specs, byName);
      for (const trial of sorted.done) take(found, phase, trial);
      let stopped: string | undefined;
      try {
        for await (const again of regraded(workspace, room, sorted.toGrade, options)) {
          const { spent: judging, ...trial } = again;
          budget.think(judging.costUsd, judging.tokens);
          spent.costUsd += judging.costUsd;
          take(found, phase, trial);
        }
        stopped = await make(sorted, found, phase, most);
      } catch (error) {
        if (!signal?.aborted) throw error;
      } finally {
        record.catchUp();
      }
      if (signal?.aborted)
        throw new KiraError(
          "interrupted",
          `Stopped after ${spent.made} trials; they are kept. Go on with: ${comparison.resume}.`,
        );
      const trials = specs.flatMap((spec) => found.get(spec.key) ?? []);
      for (const trial of trials) all.set(trial.key, trial);
      refuseHopeless([...all.values()], trials);
      return { trials, stopped };
    },
    async [Symbol.asyncDispose]() {
      await room[Symbol.asyncDispose]();
      for (const [stream, kept] of objects) await hold(workspace, stream, kept);
    },
  };
}
