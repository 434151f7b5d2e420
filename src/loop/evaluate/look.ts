import type { Look } from "../../domain/entry.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import {
  isContradicted,
  type Pair,
  type Preference,
  preferenceOf,
  samplePairs,
} from "../../domain/rubric/pairs.ts";
import type { Side } from "../../domain/rubric/pairs.ts";
import { rubricOf, type Task } from "../../domain/task.ts";
import { type Arm, arms, isEvidence } from "../../domain/trial.ts";
import { listTree } from "../../git/tree.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { answerIfKept } from "./artifact.ts";
import { withGrade } from "./stored-trials.ts";
import { readBank } from "../bank/tasks.ts";
import { visibleDigest } from "./visible.ts";

/** A person's word on a pair, by the order in which its answers were shown. */
export const choices = ["a", "b", "same"] as const;
export type Choice = (typeof choices)[number];

export interface Sample {
  readonly evaluation: Evaluation;
  readonly pairs: readonly Pair[];
}

/**
 * Pairs of answers, one of each arm, from the trials that a proposal's last verdict rests on.
 * @throws KiraError `refused` if it does not rest on a model's judgement
 */
export async function sampleOf(workspace: Workspace, proposalId: number): Promise<Sample> {
  const { record, objects } = workspace;
  const rules = await workspace.rules();
  const { tree } = record.index.proposals.get(proposalId);
  const evaluation = record.index.evaluations.of(proposalId).at(-1);
  const { judged } = evaluation ?? {};
  if (!evaluation || !judged)
    throw new KiraError(
      "refused",
      `No verdict on proposal ${proposalId} rests on a model's judgement, so there is nothing to look at. See its evidence with: kira-improve proposals --show ${proposalId}.`,
    );
  const { tasks } = await readBank(workspace, rules);
  const base = (await objects.readCommit(evaluation.baseline)).tree;
  const sides = await sidesOf(workspace, rules, { baseline: base, candidate: tree }, evaluation.timestamp);
  const answers: (Readonly<Record<Arm, Side[]>> & Pick<Pair, "task" | "prompt">)[] = [];
  for (const task of tasks.filter((each) => rubricOf(each) && judged.tasks.includes(each.name)))
    answers.push({
      ...{ task: task.name, prompt: task.prompt },
      ...{ baseline: await sides("baseline", task), candidate: await sides("candidate", task) },
    });
  const pairs = samplePairs(answers, evaluation.uuid);
  if (pairs.length === 0)
    throw new KiraError(
      "refused",
      `No answers of both arms are left that could be looked at. Run: kira-improve evaluate --proposal-id ${proposalId}.`,
    );
  return { evaluation, pairs };
}

/** Puts on record what a person preferred. @returns whether the judge was contradicted in most pairs */
export function recordLook(
  { record, now }: Pick<Workspace, "record" | "now">,
  { evaluation, pairs }: Sample,
  chosen: readonly Choice[],
): { look: Look; contradicted: boolean } {
  if (chosen.length !== pairs.length)
    throw new KiraError(
      "invalid",
      `There are ${pairs.length} pairs, and ${chosen.length} answers to them. Give a, b or same for each, with commas.`,
    );
  const look: Look = {
    timestamp: now().toISOString(),
    evaluationId: evaluation.id,
    evaluationUuid: evaluation.uuid,
    pairs: pairs.map((pair, i) => ({
      task: pair.task,
      judge: preferenceOf(pair),
      person: armOf(pair, chosen[i]!),
    })),
  };
  record.write(() => [{ kind: "look", ...look }]);
  return { look, contradicted: isContradicted(look.pairs) };
}

const other = { baseline: "candidate", candidate: "baseline" } as const;

function armOf({ first }: Pair, choice: Choice): Preference {
  if (choice === "same") return "same";
  return choice === "a" ? first : other[first];
}

/** @throws KiraError `refused` until a person has looked at what a verdict rests on, and seen the same */
export function refuseUnseen(
  { record }: Pick<Workspace, "record">,
  { uuid, proposalId, judged }: Evaluation,
): void {
  if (!judged) return;
  const look = record.index.rubrics.look(uuid);
  const onJudgement = 'merge it with --on-judgement --reason "…"';
  if (!look)
    throw new KiraError(
      "refused",
      `The improvement of proposal ${proposalId} rests on the judge ${judged.judge}, and what a judge likes in all answers alike passes every comparison of equals. Look at five pairs of answers with: kira-improve tasks judge --pairs ${proposalId}.`,
      { awaits: "look" },
    );
  if (isContradicted(look.pairs))
    throw new KiraError(
      "refused",
      `A person who looked at pairs of answers saw something else than the judge ${judged.judge} in most of them, so its improvement is not one. Correct the rubrics or name another judge; if you know better, ${onJudgement}.`,
      { look },
    );
}

/** Reads the graded answers of each arm's configuration, at one task. @param until later ones are not among them */
async function sidesOf(
  { git, objects, record }: Workspace,
  { config }: Rules,
  trees: Readonly<Record<Arm, string>>,
  until: string,
): Promise<(arm: Arm, task: Task) => Promise<Side[]>> {
  const trials = new Map<Arm, ReturnType<typeof record.index.trials.of>>();
  for (const arm of arms)
    trials.set(arm, record.index.trials.of(visibleDigest(await listTree(git, trees[arm]), config)));
  return async (arm, task) => {
    const sides: Side[] = [];
    for (const stored of trials.get(arm)!) {
      const trial =
        stored.task === task.name && stored.timestamp <= until
          ? withGrade(record.index.trials, stored, task)
          : undefined;
      const answer = trial && isEvidence(trial) ? await answerIfKept(objects, trial.artifact) : undefined;
      if (trial && answer !== undefined) sides.push({ answer, score: trial.score });
    }
    return sides;
  };
}
