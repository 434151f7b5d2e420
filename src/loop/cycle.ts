import type { Analysis, Pattern } from "../domain/analysis.ts";
import { Budget, type Limits } from "../domain/budget.ts";
import { KiraError } from "../domain/errors.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { ArchiveNode } from "../domain/node.ts";
import type { Proposal } from "../domain/proposal.ts";
import type { Tape } from "../gateway/contract.ts";
import type { Workspace } from "../workspace.ts";
import { analyze, type Period } from "./analyze.ts";
import { evaluate } from "./evaluate.ts";
import { merge } from "./merge.ts";
import { asMiss } from "./propose/miss.ts";
import { propose } from "./propose.ts";
import { deriveStatuses } from "./refresh.ts";
import { setAside } from "./reject.ts";
import { readBank } from "./bank/tasks.ts";

export interface CycleRequest {
  readonly period: Period;
  /** The most proposals this cycle may try. */
  readonly proposals: number;
  /**
   * Judge them together: each grows from the one before and only the last is tried. For changes that are each too
   * small to be seen.
   */
  readonly together?: boolean | undefined;
  readonly model?: string | undefined;
  readonly runs?: number | undefined;
  /** For the whole cycle; the configuration's hold for each evaluation. */
  readonly limits?: Limits | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one pattern: a proposal with its verdict, or why there was none. */
export interface Attempted {
  readonly pattern: Pick<Pattern, "id" | "focusArea" | "frequency">;
  readonly proposal: Proposal | null;
  readonly evaluation: Evaluation | null;
  readonly node: ArchiveNode | null;
  readonly outcome: "merged" | "refused" | "undecided" | "no idea" | "part of the next";
  readonly reason: string;
}

export interface Cycle {
  readonly analysis: Analysis;
  readonly attempts: readonly Attempted[];
  /** Whether a limit ended it before all was tried. */
  readonly cutShort: boolean;
  readonly reason: string;
}

/** The whole loop once: what fails is found, a change is proposed and tried, and what holds is merged. */
export async function cycle(workspace: Workspace, wanted: CycleRequest): Promise<Cycle> {
  const request = { ...wanted, budget: new Budget(wanted.limits ?? {}, () => performance.now()) };
  await readBank(workspace, await workspace.rules()); // what cannot be judged is not begun
  const analysis = analyze(workspace, request.period);
  const attempts: Attempted[] = [];
  for (const pattern of analysis.patterns) {
    const made = proposalsOf(attempts);
    if (made.length >= request.proposals || request.budget.exhausted() !== undefined) break;
    const parent = request.together ? made.at(-1) : undefined;
    try {
      const proposal = await proposalFor(workspace, analysis, pattern, parent, request);
      attempts.push(await attempt(workspace, pattern, proposal, request));
    } catch (error) {
      throw besides(error, attempts);
    }
  }
  const judged = request.together ? await judgeLast(workspace, attempts, request) : attempts;
  return { analysis, attempts: judged, ...whyStopped(analysis, judged, request) };
}

/** What was asked for, with what is left of it to spend. */
type Underway = CycleRequest & { readonly budget: Budget };

const proposalsOf = (attempts: readonly Attempted[]) => attempts.flatMap(({ proposal }) => proposal ?? []);

async function attempt(
  workspace: Workspace,
  { id, focusArea, frequency }: Pattern,
  proposal: Proposal | KiraError,
  request: Underway,
): Promise<Attempted> {
  const about = { pattern: { id, focusArea, frequency }, proposal: null, evaluation: null, node: null };
  if (proposal instanceof KiraError) return { ...about, outcome: "no idea", reason: proposal.message };
  const made = { ...about, proposal };
  if (request.together)
    return { ...made, outcome: "part of the next", reason: "Judged with those that grow from it." };
  return { ...made, ...(await judge(workspace, proposal, request)) };
}

type Judgement = Pick<Attempted, "evaluation" | "node" | "outcome" | "reason">;

async function judge(
  workspace: Workspace,
  { id }: Proposal,
  { runs, budget, allowUnsandboxed, signal, tape }: Underway,
): Promise<Judgement> {
  const asked = { proposalId: id, runs, budget, allowUnsandboxed, signal, tape };
  const evaluation = await evaluate(workspace, asked).catch(unlessStopped);
  if (evaluation instanceof KiraError)
    return { evaluation: null, node: null, outcome: "undecided", reason: evaluation.message };
  await deriveStatuses(workspace);
  const tried = { evaluation, node: null, reason: evaluation.reason };
  if (evaluation.verdict === "inconclusive") return { ...tried, outcome: "undecided" };
  if (evaluation.verdict !== "improved") return { ...tried, outcome: "refused" };
  try {
    return {
      ...tried,
      outcome: "merged",
      node: await merge(workspace, { proposalId: evaluation.proposalId }),
    };
  } catch (error) {
    if (!(error instanceof KiraError && error.code === "refused")) throw error;
    // What only waits for a person is neither proved nor disproved.
    const outcome = "awaits" in error.details ? "undecided" : "refused";
    return { ...tried, outcome, reason: error.message };
  }
}

/** An error that ends a cycle does not hide what had been done by then. */
function besides(error: unknown, attempts: readonly Attempted[]): unknown {
  const done = attempts.flatMap(({ proposal, outcome }) =>
    proposal ? [`proposal ${proposal.id} (${outcome})`] : [],
  );
  if (!(error instanceof KiraError) || done.length === 0) return error;
  const message = `${error.message} What was done before stands: ${done.join(", ")}.`;
  return new KiraError(error.code, message, { ...error.details, cause: error });
}

/** A limit that was reached is an answer. */
function unlessStopped(error: unknown): KiraError {
  if (error instanceof KiraError && error.code === "inconclusive") return error;
  throw error;
}

/** The last proposal holds all of them: its verdict is theirs. */
async function judgeLast(
  workspace: Workspace,
  attempts: readonly Attempted[],
  request: Underway,
): Promise<Attempted[]> {
  const made = proposalsOf(attempts);
  const last = made.at(-1);
  if (!last) return [...attempts];
  const judgement = await judge(workspace, last, request);
  if (judgement.outcome === "refused") {
    using _lock = workspace.lock("reject");
    const reason = `Judged as part of proposal ${last.id}: ${judgement.reason}`;
    for (const { id } of made.slice(0, -1))
      await setAside(workspace, workspace.record.index.proposals.state(id), reason, "verdict");
  }
  return attempts.map((each) => (each.proposal === last ? { ...each, ...judgement } : each));
}

/** A proposer without an idea, or with one that the path policy refuses, does not end the cycle. */
async function proposalFor(
  workspace: Workspace,
  analysis: Analysis,
  pattern: Pattern,
  parent: Proposal | undefined,
  { model, budget, signal }: Underway,
): Promise<Proposal | KiraError> {
  try {
    const { proposal } = await propose(workspace, {
      analysisId: analysis.id,
      pattern: pattern.id,
      parent: parent && `proposal:${parent.id}`,
      model,
      budget,
      signal,
    });
    return proposal!;
  } catch (error) {
    return asMiss(error);
  }
}

function whyStopped(
  { patterns, totalTasks, failureCount }: Analysis,
  attempts: readonly Attempted[],
  { period, proposals, budget }: Underway,
): Pick<Cycle, "reason" | "cutShort"> {
  const ended = (reason: string) => ({ reason, cutShort: false });
  const spent = budget.exhausted();
  if (totalTasks === 0)
    return ended(`Nothing was logged in the last ${period.days} days, so there is nothing to learn from.`);
  if (patterns.length === 0)
    return ended(
      `${failureCount} of ${totalTasks} outcomes failed, and no ${period.minFailures} of them alike, so there is no pattern to learn from.`,
    );
  if (spent !== undefined) return { reason: `The cycle ended early: ${spent}.`, cutShort: true };
  const tried = proposalsOf(attempts).length;
  if (tried >= proposals) return ended(`The limit of ${proposals} proposals a cycle was reached.`);
  return ended(tried === 0 ? "No pattern led to a proposal." : "Every pattern has had its turn.");
}
