import type { Limits } from "../../domain/budget.ts";
import { KiraError } from "../../domain/errors.ts";
import { rubricOf } from "../../domain/task.ts";
import { digest } from "../../domain/trial.ts";
import type { Tape } from "../../gateway/contract.ts";
import { reapSlots } from "../../git/reap.ts";
import type { Workspace } from "../../workspace.ts";
import { answerIfKept } from "../evaluate/artifact.ts";
import { nextOfLedger } from "../evaluate/baseline.ts";
import { openComparison } from "../evaluate/comparison.ts";
import { quarantined } from "../evaluate/deciding.ts";
import { openTrials } from "../evaluate/run-trials.ts";
import { readBank } from "./tasks.ts";

export interface AnswersRequest {
  readonly count: number;
  readonly limits?: Limits | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A label that a person has yet to give: `null` stands where true or false belongs. */
export interface Unlabelled {
  readonly task: string;
  readonly answer: string;
  readonly says: readonly string[];
  readonly points: readonly null[];
}

/**
 * Answers of production to tasks with a rubric, dealt to all of them. What is stored is taken first; further trials are
 * made, and stay as the ledger of those tasks.
 */
export async function answersToLabel(workspace: Workspace, request: AnswersRequest): Promise<Unlabelled[]> {
  using _lock = workspace.lock("tasks judge");
  await reapSlots(workspace.git);
  const { record, objects } = workspace;
  const { count, ...making } = request;
  const rules = await workspace.rules();
  const bank = await readBank(workspace, rules);
  const tasks = bank.tasks.filter(
    (task) =>
      task.enabled && !task.impossible && rubricOf(task) && quarantined(workspace, task) === undefined,
  );
  if (tasks.length === 0)
    throw new KiraError("invalid", "No enabled task has a rubric. Write one, and commit it to production.");
  const comparison = {
    ...(await openComparison(workspace, {
      ...{ config: rules.config, bank, commit: rules.production, ...making },
      trees: { baseline: rules.tree, candidate: rules.tree },
      resume: `kira-improve tasks judge --sample ${count}`,
    })),
    tasks,
  };
  const specs = Array.from({ length: count }, (_, i) =>
    nextOfLedger(comparison, i % tasks.length, Math.floor(i / tasks.length)),
  );
  await using runner = openTrials(workspace, comparison);
  await runner.run(specs, "answers to label", count);
  const found = new Map<string, Unlabelled>();
  for (const { key, task: name } of specs) {
    const artifact = record.index.trials.find(key)?.artifact;
    const answer = artifact?.gaveUp === null ? await answerIfKept(objects, artifact) : undefined;
    if (answer === undefined || answer.trim() === "") continue;
    const says = rubricOf(tasks.find((task) => task.name === name)!)!.points.map((point) => point.says);
    found.set(digest(name, answer), { task: name, answer, says, points: says.map(() => null) });
  }
  return [...found.values()];
}
