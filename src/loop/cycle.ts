import type { Analysis, Pattern } from "../domain/analysis.ts";
import { KiraError } from "../domain/errors.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { ArchiveNode } from "../domain/node.ts";
import type { Proposal } from "../domain/proposal.ts";
import type { Workspace } from "../workspace.ts";
import { analyze, type Period } from "./analyze.ts";
import { evaluate } from "./evaluate.ts";
import { merge } from "./merge.ts";
import { propose } from "./propose.ts";
import { deriveStatuses } from "./refresh.ts";

export interface CycleRequest {
  readonly period: Period;
  /** The most proposals this cycle may try. */
  readonly proposals: number;
  readonly model?: string | undefined;
  readonly runs?: number | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one pattern: a proposal with its verdict, or why there was none. */
export interface Attempted {
  readonly pattern: Pick<Pattern, "id" | "focusArea" | "frequency">;
  readonly proposal: Proposal | null;
  readonly evaluation: Evaluation | null;
  readonly node: ArchiveNode | null;
  readonly outcome: "merged" | "refused" | "undecided" | "no idea";
  readonly reason: string;
}

export interface Cycle {
  readonly analysis: Analysis;
  readonly attempts: readonly Attempted[];
  readonly reason: string;
}

/** The whole loop once: what fails is found, a change is proposed and tried, and what holds is merged. */
export async function cycle(workspace: Workspace, request: CycleRequest): Promise<Cycle> {
  const analysis = analyze(workspace, request.period);
  const attempts: Attempted[] = [];
  for (const pattern of analysis.patterns) {
    if (attempts.filter(({ proposal }) => proposal).length >= request.proposals) break;
    attempts.push(await attempt(workspace, analysis, pattern, request));
  }
  return { analysis, attempts, reason: whyStopped(analysis, attempts, request) };
}

async function attempt(
  workspace: Workspace,
  analysis: Analysis,
  pattern: Pattern,
  request: CycleRequest,
): Promise<Attempted> {
  const { id, focusArea, frequency } = pattern;
  const about = { pattern: { id, focusArea, frequency }, proposal: null, evaluation: null, node: null };
  const proposal = await proposalFor(workspace, analysis, pattern, request);
  if (proposal instanceof KiraError) return { ...about, outcome: "no idea", reason: proposal.message };
  const { runs, allowUnsandboxed, signal } = request;
  const evaluation = await evaluate(workspace, { proposalId: proposal.id, runs, allowUnsandboxed, signal });
  await deriveStatuses(workspace);
  const tried = { ...about, proposal, evaluation, reason: evaluation.reason };
  if (evaluation.verdict === "inconclusive") return { ...tried, outcome: "undecided" };
  if (evaluation.verdict !== "improved") return { ...tried, outcome: "refused" };
  try {
    return { ...tried, outcome: "merged", node: await merge(workspace, { proposalId: proposal.id }) };
  } catch (error) {
    if (error instanceof KiraError && error.code === "refused")
      return { ...tried, outcome: "refused", reason: error.message };
    throw error;
  }
}

/** A proposer without an idea, or with one that the path policy refuses, does not end the cycle. */
async function proposalFor(
  workspace: Workspace,
  analysis: Analysis,
  pattern: Pattern,
  { model, signal }: CycleRequest,
): Promise<Proposal | KiraError> {
  try {
    const { proposal } = await propose(workspace, {
      analysisId: analysis.id,
      pattern: pattern.id,
      model,
      signal,
    });
    return proposal!;
  } catch (error) {
    if (error instanceof KiraError && (error.code === "inconclusive" || error.code === "refused"))
      return error;
    throw error;
  }
}

function whyStopped(
  { patterns, totalTasks, failureCount }: Analysis,
  attempts: readonly Attempted[],
  { period, proposals }: CycleRequest,
): string {
  if (totalTasks === 0)
    return `Nothing was logged in the last ${period.days} days, so there is nothing to learn from.`;
  if (patterns.length === 0)
    return `${failureCount} of ${totalTasks} outcomes failed, and no ${period.minFailures} of them alike, so there is no pattern to learn from.`;
  const tried = attempts.filter(({ proposal }) => proposal).length;
  if (tried >= proposals) return `The limit of ${proposals} proposals a cycle was reached.`;
  return tried === 0 ? "No pattern led to a proposal." : "Every pattern has had its turn.";
}
