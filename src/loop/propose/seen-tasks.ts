import type { Pattern } from "../../domain/analysis.ts";
import { KiraError } from "../../domain/errors.ts";
import type { SeenTask } from "../../domain/prompt/situation.ts";
import type { Task, TaskBank } from "../../domain/task.ts";
import { isEvidence, type Trial } from "../../domain/trial.ts";
import type { Workspace } from "../../workspace.ts";
import { answerIn } from "../evaluate/artifact.ts";
import type { Groundwork } from "./situation.ts";
import { withGrade } from "../evaluate/stored-trials.ts";
import { setApart } from "../evaluate/deciding.ts";
import { readBank } from "../bank/tasks.ts";
import { visibleDigest } from "../evaluate/visible.ts";

/** A task that is shown no longer decides: so few are, and at most this share of the pattern's category. */
const mostShown = 3;
const largestShare = 1 / 4;

/**
 * Tasks of the pattern's category that a proposer may see and whose stored trials of the parent failed, with what the
 * agent answered. Held-out tasks and those that must pass are never among them.
 */
export async function seenTasks(
  workspace: Workspace,
  { rules, entries }: Pick<Groundwork, "rules" | "entries">,
  pattern: Pattern,
): Promise<SeenTask[]> {
  const { trials } = workspace.record.index;
  const all = trials.of(visibleDigest(entries, rules.config));
  // Reading a bank takes as long as all the rest: only where something of it can be shown.
  if (!all.some(({ score }) => score < 1)) return [];
  const bank = await bankOrNone(workspace, rules);
  const able = (bank?.tasks ?? []).filter(
    (task) =>
      task.enabled &&
      !task.impossible &&
      task.category === pattern.category &&
      setApart(workspace, rules.config, task) === undefined,
  );
  const most = Math.min(mostShown, Math.floor(able.length * largestShare));
  const open = able.filter(({ split, mustPass }) => split === "seen" && !mustPass);
  if (most === 0 || open.length === 0) return [];
  const stored = Map.groupBy(all, ({ task }) => task);
  const failing = open
    .map((task) => ({
      task,
      made: (stored.get(task.name) ?? [])
        .flatMap((trial) => withGrade(trials, trial, task) ?? [])
        .filter(isEvidence),
    }))
    .filter(({ made }) => made.some(({ score }) => score < 1))
    .sort((a, b) => meanOf(a.made) - meanOf(b.made) || (a.task.name < b.task.name ? -1 : 1));
  return Promise.all(failing.slice(0, most).map(({ task, made }) => transcript(workspace, task, made)));
}

/** Without a bank a change can be proposed all the same; it cannot be judged. */
async function bankOrNone(workspace: Workspace, rules: Groundwork["rules"]): Promise<TaskBank | undefined> {
  try {
    return await readBank(workspace, rules);
  } catch (error) {
    if (error instanceof KiraError && error.code === "invalid") return undefined;
    throw error;
  }
}

async function transcript(
  { objects }: Workspace,
  { name, prompt }: Task,
  made: readonly Trial[],
): Promise<SeenTask> {
  const worst = made.toSorted((a, b) => a.score - b.score || (a.timestamp < b.timestamp ? 1 : -1))[0]!;
  return {
    name,
    prompt,
    answer: await answerOf(objects, worst),
    reason: worst.reason,
    failed: made.filter(({ score }) => score < 1).length,
    trials: made.length,
    score: meanOf(made),
  };
}

async function answerOf(objects: Workspace["objects"], { artifact }: Trial): Promise<string> {
  if (artifact === undefined) return "(not kept)";
  if (artifact.gaveUp !== null) return `(gave up: ${artifact.gaveUp})`;
  if ("blob" in artifact.answer && !(await objects.has(artifact.answer.blob))) return "(not kept)";
  return answerIn(objects, artifact);
}

const meanOf = (trials: readonly Trial[]) =>
  trials.reduce((sum, { score }) => sum + score, 0) / trials.length;
