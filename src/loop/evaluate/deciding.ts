import type { Config } from "../../domain/config.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Judged } from "../../domain/evaluation.ts";
import { areRelated, parseModelName } from "../../domain/model-name.ts";
import { agreementOf, shortOf } from "../../domain/rubric/agreement.ts";
import { rubricOf, type Task } from "../../domain/task.ts";
import { digest } from "../../domain/trial.ts";
import { judgePrompt } from "../../graders/prompts/judge.ts";
import type { Workspace } from "../../workspace.ts";

type Settings = Pick<Config, "evaluate">;

/** Names the judge and what it is asked: with another of either, answers are judged anew. Empty without one. */
export function judgeDigest({ evaluate: { judge } }: Settings): string {
  if (judge === undefined) return "";
  const { provider, model } = parseModelName(judge);
  return digest(provider, model, judgePrompt.version);
}

/** Why a task's grader is in quarantine: it was found to give different scores for the same work. */
export function quarantined(
  { record }: Pick<Workspace, "record">,
  { gradingDigest }: Pick<Task, "gradingDigest">,
): string | undefined {
  return record.index.quarantine.find(gradingDigest)?.reason;
}

/** Why a task that rests on a rubric does not decide yet: nobody has seen how its judge agrees with a person. */
export function unqualified(
  { record }: Pick<Workspace, "record">,
  config: Settings,
  task: Pick<Task, "criteria">,
): string | undefined {
  if (!rubricOf(task)) return undefined;
  const { judge } = config.evaluate;
  if (judge === undefined) return "there is no judge, which evaluate.judge names";
  const known = record.index.rubrics.qualification(judgeDigest(config));
  const short = known ? shortOf(known) : "no answers that a person labelled were put before it";
  return short && `its judge ${judge} does not count yet: ${short}`;
}

/** Why an enabled task does not decide; undefined if it does. */
export const setApart = (
  workspace: Pick<Workspace, "record">,
  config: Settings,
  task: Task,
): string | undefined => quarantined(workspace, task) ?? unqualified(workspace, config, task);

/** What of a comparison rests on a judge; undefined if nothing does. */
export function judgedAmong(
  { record }: Pick<Workspace, "record">,
  config: Settings,
  deciding: readonly Task[],
): Judged | undefined {
  const tasks = deciding.filter(rubricOf).map(({ name }) => name);
  const known = record.index.rubrics.qualification(judgeDigest(config));
  if (tasks.length === 0 || !known) return undefined;
  const { judge, answers } = known;
  return { judge, answers, keptAtLeast: agreementOf(known).keptAtLeast, tasks };
}

/** @throws KiraError `invalid` for a bank with rubrics that nobody judges by */
export function refuseWithoutJudge(config: Settings, tasks: readonly Task[]): void {
  const [first, ...more] = tasks.filter((task) => task.enabled && rubricOf(task));
  if (!first || config.evaluate.judge !== undefined) return;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  throw new KiraError(
    "invalid",
    `The task ${first.name}${others} has a rubric, and no model is named that judges by it. Name one as evaluate.judge, such as ollama:qwen3:14b, or disable the task.`,
  );
}

/**
 * A judge likes what its own family writes, and shares its blind spots.
 * @param proposers models that had a part in the change
 * @throws KiraError `refused`
 */
export function refuseRelatedJudge(
  { evaluate: { judge, sameFamilyJudge } }: Settings,
  proposers: readonly string[],
): void {
  if (judge === undefined || sameFamilyJudge) return;
  const related = proposers.find((name) => areRelated(name, judge));
  if (related !== undefined)
    throw new KiraError(
      "refused",
      `The judge ${judge} is of the same family as ${related}, which proposes, and is likely to favour it. Name another as evaluate.judge, or accept that with "sameFamilyJudge": true beside it.`,
    );
}
