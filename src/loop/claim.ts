import { KiraError } from "../domain/errors.ts";
import type { Proposal } from "../domain/proposal.ts";
import type { Task } from "../domain/task.ts";
import type { Claim } from "../domain/verdict/plan.ts";
import type { Workspace } from "../workspace.ts";
import type { Comparison } from "./comparison.ts";
import { predict } from "./predict.ts";
import type { Question } from "./settle.ts";

export interface ClaimRequest {
  readonly claim?: Claim | undefined;
  /** Names of tasks that the change is meant to mend. */
  readonly fixes?: readonly string[] | undefined;
}

/** Below this chance of a decision within the budget, the wide claim is not the one to ask. */
const worthAsking = 0.5;

/**
 * What is claimed of a proposal. Without a word from the user it is that the mean rises; or, where the budget is too
 * small for that and the proposal was made for a pattern of failures, that the pattern's tasks are mended.
 * @throws KiraError `invalid` for a fix without tasks to mend
 */
export function chooseQuestion(
  workspace: Workspace,
  comparison: Comparison,
  proposal: Proposal | undefined,
  { claim, fixes }: ClaimRequest,
): Question {
  const known = workspace.record.index.settlements.find(comparison.key);
  const wanted = fixes === undefined ? undefined : namedTasks(comparison.tasks, fixes);
  if (known) return sameAs(known, claim, wanted);
  const failing = wanted ?? patternTasks(workspace, comparison.tasks, proposal);
  if (claim === "better") return { claim, fixes: [] };
  if (claim === "fix" || wanted !== undefined) {
    if (failing.length > 0) return { claim: "fix", fixes: failing };
    throw new KiraError(
      "invalid",
      "Nothing says which tasks it should mend: the proposal has no pattern with tasks of its category that decide. Name them with --fixes <task>,<task>.",
    );
  }
  if (failing.length === 0) return { claim: "better", fixes: [] };
  const chance = predict(workspace, comparison, { claim: "better", fixes: [] }).chanceInBudget;
  return chance !== null && chance < worthAsking
    ? { claim: "fix", fixes: failing }
    : { claim: "better", fixes: [] };
}

/** What a comparison asks is settled before its first trial, so that it cannot be fitted to what came out. */
function sameAs(known: Question, claim: Claim | undefined, fixes: readonly string[] | undefined): Question {
  const other =
    (claim !== undefined && claim !== known.claim) ||
    (fixes !== undefined && fixes.join() !== known.fixes.join());
  if (!other) return known;
  const asked = known.claim === "fix" ? `that ${known.fixes.join(", ")} are mended` : "that the mean rises";
  throw new KiraError(
    "conflict",
    `This comparison was begun to show ${asked}, and trials have been made for that. Go on without --claim and --fixes, or propose another change.`,
  );
}

function namedTasks(tasks: readonly Task[], names: readonly string[]): string[] {
  const unknown = names.filter((name) => !tasks.some((task) => task.name === name));
  if (unknown.length > 0)
    throw new KiraError(
      "invalid",
      `${unknown.join(", ")} ${unknown.length === 1 ? "is no task that decides" : "are no tasks that decide"} here. See them with: kira-improve tasks list.`,
    );
  return tasks.filter(({ name }) => names.includes(name)).map(({ name }) => name);
}

/** The tasks of the category that the proposal's pattern fails in. */
function patternTasks(
  { record }: Workspace,
  tasks: readonly Task[],
  proposal: Proposal | undefined,
): string[] {
  if (proposal?.analysisId == null || proposal.pattern === null) return [];
  const analysis = record.index.analyses.find(proposal.analysisId);
  const pattern = analysis?.patterns.find(({ id }) => id === proposal.pattern);
  return tasks.filter(({ category }) => category === pattern?.category).map(({ name }) => name);
}
