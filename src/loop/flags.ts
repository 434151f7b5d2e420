import type { Flag } from "../domain/evaluation.ts";
import { isEvidence } from "../domain/trial.ts";
import type { Answer } from "../domain/verdict/step.ts";
import type { Rules, Workspace } from "../workspace.ts";
import type { Comparison } from "./comparison.ts";
import { overlaps } from "./overlap.ts";
import { openTrials } from "./run-trials.ts";
import { specOf } from "./specs.ts";

/** What a person should look at before an improvement is merged. */
export async function flagsOf(
  workspace: Workspace,
  rules: Pick<Rules, "config">,
  comparison: Comparison,
  { kind }: Answer,
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
  return [...copied, ...(await passedImpossible(workspace, comparison))];
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
