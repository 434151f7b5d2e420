import type { Flag } from "../../domain/evaluation.ts";
import { oneLine } from "../../domain/printable.ts";
import { pleaIn } from "../../domain/rubric/plea.ts";
import { rubricOf } from "../../domain/task.ts";
import { isEvidence, type Trial } from "../../domain/trial.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { answerIfKept } from "./artifact.ts";
import type { Comparison } from "./comparison.ts";
import type { Judgement } from "./judge.ts";
import { overlaps } from "./overlap.ts";
import { openTrials } from "./run-trials.ts";
import { specOf } from "./specs.ts";

/** What a person should look at before an improvement is merged. */
export async function flagsOf(
  workspace: Workspace,
  rules: Pick<Rules, "config">,
  comparison: Comparison,
  { answer: { kind }, trials }: Pick<Judgement, "answer" | "trials">,
): Promise<Flag[]> {
  if (kind !== "improved") return [];
  const { tasks, trees } = comparison;
  const [baselineTree, candidateTree] = [trees.baseline, trees.candidate];
  const found = await overlaps(workspace, rules, { tasks }, { baselineTree, candidateTree });
  const copied = found.map(({ task, what, path, quote }) => ({
    kind: "overlap" as const,
    task,
    what: `${path} holds ${what === "prompt" ? "its prompt" : "an answer that it expects"}: “${quote}”`,
  }));
  const pleas = await pleasIn(workspace, comparison, trials);
  return [...copied, ...pleas, ...(await passedImpossible(workspace, comparison))];
}

/** Answers that speak to the model which judges them, at most one of a task. */
async function pleasIn(
  { record, objects }: Workspace,
  { tasks }: Comparison,
  trials: readonly Trial[],
): Promise<Flag[]> {
  const flags: Flag[] = [];
  for (const task of tasks.filter(rubricOf)) {
    for (const { key, arm } of trials.filter((trial) => trial.task === task.name)) {
      const artifact = arm === "candidate" ? record.index.trials.find(key)?.artifact : undefined;
      const answer = await answerIfKept(objects, artifact);
      const words = answer && pleaIn(answer, task.prompt);
      if (!words) continue;
      const what = `an answer speaks to its judge: “${oneLine(words, 120)}”`;
      flags.push({ kind: "plea", task: task.name, what });
      break;
    }
  }
  return flags;
}

/** A task that cannot be passed honestly was passed: the agent has found a way around the grader. */
async function passedImpossible(workspace: Workspace, comparison: Comparison): Promise<Flag[]> {
  const { impossible, key } = comparison;
  if (impossible.length === 0) return [];
  await using runner = openTrials(workspace, comparison);
  const specs = impossible.map((task) => specOf(comparison, task, "candidate", `guard:${key}`, 0));
  const { trials } = await runner.run(specs, "tasks that nobody can pass", specs.length);
  return trials
    .filter((trial) => isEvidence(trial) && trial.score === 1)
    .map(({ task }) => ({ kind: "impossible" as const, task, what: "it cannot be passed, and was" }));
}
