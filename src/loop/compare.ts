import type { Budget } from "../domain/budget.ts";
import type { Config } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import type { ArmScore, TaskScore } from "../domain/evaluation.ts";
import type { Task } from "../domain/task.ts";
import {
  type Arm,
  arms,
  isEvidence,
  runKey,
  type Stream,
  type Trial,
  type TrialSpec,
} from "../domain/trial.ts";
import { mean, type TaskEvidence } from "../domain/verdict/decide.ts";
import { permutationTest } from "../domain/verdict/exact.ts";
import type { Sandbox } from "../sandbox/contract.ts";

/** Two trees, and everything that a trial of either depends on. */
export interface Comparison {
  readonly proposalId: number;
  readonly config: Config;
  readonly commit: string;
  readonly trees: Readonly<Record<Arm, string>>;
  /** All that an agent sees of them. */
  readonly visible: Readonly<Record<Arm, string>>;
  /** The baseline's commit. */
  readonly baseline: string;
  readonly bankDigest: string;
  /** The tasks that decide. */
  readonly tasks: readonly Task[];
  readonly sandbox: Sandbox;
  /** All that decides what a trial can reach: the sandbox's profile, the network, the mounts. */
  readonly containment: string;
  readonly agent: string;
  /** Names the comparison's own streams of evidence. */
  readonly stream: string;
  readonly budget: Budget;
  readonly signal?: AbortSignal;
}

/** Above this share of errors in an arm, what is left is not evidence. */
const mostErrors = 0.1;

export function specsOf(
  { trees, visible, agent, containment }: Comparison,
  stream: Stream,
  tasks: readonly Task[],
  runs: number,
): TrialSpec[] {
  return tasks.flatMap((task) =>
    arms.flatMap((arm) =>
      Array.from({ length: runs }, (_, repeat) => {
        const { name, attemptDigest } = task;
        const run = {
          tree: visible[arm],
          task: name,
          attemptDigest,
          agent,
          sandbox: containment,
          stream,
          repeat,
        };
        return { ...run, key: runKey(run), arm, source: trees[arm] };
      }),
    ),
  );
}

/** Failures of the infrastructure are no failures of the agent: too many, or more in one arm, and nothing is judged. */
export function refuseBadInfrastructure(trials: readonly Trial[]): void {
  const errors = arms.map((arm) =>
    trials.filter((trial) => trial.arm === arm).map((trial) => Number(!isEvidence(trial))),
  );
  const [baseline = [], candidate = []] = errors;
  const lopsided =
    Math.min(permutationTest(baseline, candidate), permutationTest(candidate, baseline)) < 0.025;
  if (!lopsided && errors.every((arm) => mean(arm) <= mostErrors)) return;
  const counts = [baseline, candidate].map((arm) => `${arm.reduce((a, b) => a + b, 0)} of ${arm.length}`);
  const example = trials.find((trial) => !isEvidence(trial))?.reason;
  throw new KiraError(
    "unavailable",
    `There is no verdict: ${counts[0]} baseline and ${counts[1]} candidate trials failed for reasons that are not the agent's (${example}). Mend that and run the same command; finished trials are kept.`,
  );
}

export function evidenceOf(tasks: readonly Task[], trials: readonly Trial[]): TaskEvidence[] {
  const byTask = Map.groupBy(trials.filter(isEvidence), ({ task }) => task);
  return tasks.map(({ name, category, family, mustPass }) => {
    const scores = (arm: Arm) =>
      (byTask.get(name) ?? []).filter((trial) => trial.arm === arm).map(({ score }) => score);
    return {
      task: name,
      category,
      family: family ?? name,
      mustPass,
      baseline: scores("baseline"),
      candidate: scores("candidate"),
    };
  });
}

export function scoresOf(tasks: readonly Task[], trials: readonly Trial[]): TaskScore[] {
  const byTask = Map.groupBy(trials, ({ task }) => task);
  return tasks.map(({ name, category }) => {
    const total = (arm: Arm): ArmScore => {
      const mine = (byTask.get(name) ?? []).filter((trial) => trial.arm === arm);
      const counted = mine.filter(isEvidence);
      return {
        trials: counted.length,
        score: counted.reduce((sum, { score }) => sum + score, 0),
        errors: mine.length - counted.length,
      };
    };
    return { task: name, category, baseline: total("baseline"), candidate: total("candidate") };
  });
}
