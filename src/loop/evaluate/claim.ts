import { KiraError } from "../../domain/errors.ts";
import type { Settlement } from "../../domain/evaluation.ts";
import type { Proposal } from "../../domain/proposal.ts";
import type { Task } from "../../domain/task.ts";
import type { Claim } from "../../domain/verdict/plan.ts";
import type { Workspace } from "../../workspace.ts";
import type { Comparison } from "./comparison.ts";
import { predict } from "./predict.ts";
import { type Question, startOver } from "./settle.ts";

export interface ClaimRequest {
  readonly claim?: Claim | undefined;
  /** Names of tasks that the change is meant to mend. */
  readonly fixes?: readonly string[] | undefined;
}

export interface Chosen {
  readonly question: Question;
  /** What was asked of this comparison before, if it was something else. */
  readonly other?: Settlement;
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
): Chosen {
  const known = workspace.record.index.settlements.find(comparison.key);
  const wanted = fixes === undefined ? undefined : namedTasks(comparison.tasks, fixes);
  const asked = claim ?? (wanted === undefined ? undefined : "fix");
  if (known && (asked === undefined || isSame(known, asked, wanted))) return { question: known };
  const failing = wanted ?? patternTasks(workspace, comparison.tasks, proposal);
  const question =
    asked === undefined ? byBudget(workspace, comparison, failing) : questionOf(asked, failing);
  return known ? { question, other: known } : { question };
}

/** Begins a comparison anew if something else is asked of it than before. */
export function take(workspace: Workspace, { question, other }: Chosen): Question {
  if (other) startOver(workspace, other, question);
  return question;
}

const isSame = (known: Question, claim: Claim, fixes: readonly string[] | undefined) =>
  known.claim === claim && (fixes === undefined || fixes.join() === known.fixes.join());

function questionOf(claim: Claim, failing: readonly string[]): Question {
  if (claim === "better") return { claim, fixes: [] };
  if (failing.length > 0) return { claim, fixes: failing };
  throw new KiraError(
    "invalid",
    "Nothing says which tasks it should mend: the proposal has no pattern with tasks of its category that decide. Name them with --fixes <task>,<task>.",
  );
}

function byBudget(workspace: Workspace, comparison: Comparison, failing: readonly string[]): Question {
  const better = { claim: "better", fixes: [] } as const;
  if (failing.length === 0) return better;
  const chance = predict(workspace, comparison, better).chanceInBudget;
  return chance !== null && chance < worthAsking ? { claim: "fix", fixes: failing } : better;
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
