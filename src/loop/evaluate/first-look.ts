import { isEvidence, type Trial } from "../../domain/trial.ts";
import { planFor } from "../../domain/verdict/plan.ts";
import { ruleFor } from "../../domain/verdict/rules.ts";
import type { Workspace } from "../../workspace.ts";
import type { Comparison } from "./comparison.ts";
import type { Judgement } from "./judge.ts";
import { openTrials } from "./run-trials.ts";
import { type Question, settle } from "./settle.ts";
import { specOf } from "./specs.ts";

const tries = 3;

/**
 * Cheap evidence before the claim: tasks that the proposer was shown because they fail are tried a few times. Where
 * not one try succeeds the change does not do what it was made for.
 * @returns undefined if something was mended, or no shown task fails
 */
export async function fixesNothing(
  workspace: Workspace,
  comparison: Comparison,
  question: Question,
): Promise<Judgement | undefined> {
  const { seen, key, config } = comparison;
  if (seen.length === 0) return undefined;
  await using runner = openTrials(workspace, comparison);
  const once = (arm: "baseline" | "candidate", tasks: readonly Comparison["seen"][number][]) =>
    tasks.map((task, i) =>
      specOf(comparison, task, arm, `pair:${key}-first`, tasks.slice(0, i).filter((t) => t === task).length),
    );
  const before = await runner.run(once("baseline", seen.slice(0, tries)), "first look", 2 * tries);
  const failing = seen.filter(({ name }) =>
    before.trials.some((trial) => trial.task === name && isEvidence(trial) && trial.score === 0),
  );
  if (failing.length === 0 || before.stopped !== undefined) return undefined;
  const dealt = Array.from({ length: tries }, (_, i) => failing[i % failing.length]!);
  const after = await runner.run(once("candidate", dealt), "first look", 2 * tries);
  const counted = after.trials.filter(isEvidence);
  if (counted.length < tries || counted.some(({ score }) => score > 0)) return undefined;
  const { settlement } = settle(workspace, comparison, question);
  const trials: Trial[] = [...before.trials, ...after.trials];
  return {
    settlement,
    restarts: settlement.restarts,
    plan: planFor([], { rule: ruleFor(config.evaluate.threshold)!, claim: question.claim }),
    evidence: [],
    shared: [],
    answer: { kind: "not-improved", why: "fixes-nothing", names: failing.map(({ name }) => name) },
    trials,
    ledgerTrials: [],
    stopped: undefined,
  };
}
