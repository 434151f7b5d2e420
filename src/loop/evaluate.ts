import type { Budget, Limits } from "../domain/budget.ts";
import { KiraError } from "../domain/errors.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { Proposal } from "../domain/proposal.ts";
import type { Tape } from "../gateway/contract.ts";
import { reapSlots } from "../git/reap.ts";
import type { ProposalState } from "../store/proposals.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { chooseQuestion, type ClaimRequest, take } from "./evaluate/claim.ts";
import { type Comparison, openComparison } from "./evaluate/comparison.ts";
import { conclusionOf } from "./evaluate/conclusion.ts";
import { fixesNothing } from "./evaluate/first-look.ts";
import { refuseUnfit } from "./evaluate/fitness.ts";
import { flagsOf } from "./evaluate/flags.ts";
import { earlierLooks, lineageOf, shownIn } from "./propose/lineage.ts";
import { judge } from "./evaluate/judge.ts";
import { recordEvaluation } from "./evaluate/record-evaluation.ts";
import { onProduction } from "./propose/revise.ts";
import { readBank } from "./bank/tasks.ts";

export interface EvaluateRequest extends ClaimRequest {
  readonly proposalId: number;
  /** New trials of a task in an arm at most. */
  readonly runs?: number | undefined;
  /** Go on after all trials were made and decided nothing. */
  readonly extend?: boolean | undefined;
  /** Beside the configuration's limits, which they replace one by one. */
  readonly limits?: Limits | undefined;
  /** A larger budget that this evaluation takes part in. */
  readonly budget?: Budget | undefined;
  readonly allowUnsandboxed?: boolean | undefined;
  readonly tape?: Tape | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A proposal that may be judged, with all that its trials depend on. */
export interface Prepared {
  readonly rules: Rules;
  readonly proposal: ProposalState;
  readonly comparison: Comparison;
}

/** Step 4. Judges a proposal by trials of both arms on the task bank. */
export async function evaluate(workspace: Workspace, asked: EvaluateRequest): Promise<Evaluation> {
  using _lock = workspace.lock("evaluate");
  const { record, report } = workspace;
  await reapSlots(workspace.git);
  const { rules, proposal, comparison } = await prepare(workspace, {
    ...asked,
    proposalId: await onProduction(workspace, asked.proposalId),
  });
  const request = { ...asked, runs: asked.runs ?? rules.config.evaluate.runs };
  const earlier = record.index.evaluations
    .madeBy(record.journal.cloneId, proposal.id)
    .filter((evaluation) => isSame(evaluation, proposal, rules, comparison));
  const last = earlier.at(-1);
  if (last && isFinal(last, request)) {
    report({
      kind: "step",
      step: "evaluate",
      what: `proposal ${proposal.id}: the stored verdict, ${last.verdict}`,
      why: "the same change has been judged; no trial was run",
    });
    return last;
  }
  if (proposal.status === "rejected")
    throw new KiraError(
      "refused",
      `Proposal ${proposal.id} is rejected: ${proposal.rejectionReason} Propose a new one.`,
    );
  const extensions = extensionsFor(last, request);
  const question = take(workspace, chooseQuestion(workspace, comparison, proposal, request));
  const judgement =
    (await fixesNothing(workspace, comparison, question)) ??
    (await judge(workspace, comparison, { ...question, runs: request.runs, extensions }));
  const flags = await flagsOf(workspace, rules, comparison, judgement);
  const conclusion = conclusionOf(comparison, judgement, flags);
  const bound = { baseline: rules.production, extensions };
  const evaluation = await recordEvaluation(workspace, proposal, comparison, conclusion, bound);
  const { verdict } = evaluation;
  if (judgement.stopped === undefined) report({ kind: "verdict", proposalId: proposal.id, verdict });
  return evaluation;
}

/** @throws KiraError for a proposal that cannot be judged against production as it is today */
export async function prepare(workspace: Workspace, request: EvaluateRequest): Promise<Prepared> {
  const rules = await workspace.rules();
  const proposal = workspace.record.index.proposals.state(request.proposalId);
  if (proposal.status === "merged")
    throw new KiraError(
      "conflict",
      `Proposal ${proposal.id} is merged already. Compare states with: kira-improve archive --list.`,
    );
  await refuseUnfit(workspace, rules, proposal, "was refused before anything ran");
  const bank = await readBank(workspace, rules);
  workspace.record.index.taskBank.replace(bank.tasks);
  const { limits, budget, allowUnsandboxed, signal, tape } = request;
  const comparison = await openComparison(workspace, {
    config: rules.config,
    bank,
    commit: proposal.commit,
    trees: { baseline: rules.tree, candidate: proposal.tree },
    shown: shownIn(workspace, proposal),
    proposers: [...lineageOf(workspace, proposal)].map(({ model }) => model),
    looks: earlierLooks(workspace, proposal),
    resume: `kira-improve evaluate --proposal-id ${proposal.id}`,
    ...{ limits, budget, allowUnsandboxed, signal, tape },
  });
  return { rules, proposal, comparison };
}

/** A verdict belongs to exactly this candidate, baseline, bank, agent, sandbox and threshold. */
function isSame(
  evaluation: Evaluation,
  proposal: Proposal,
  { production }: Rules,
  { bankDigest, agent, containment, config }: Comparison,
): boolean {
  return (
    evaluation.commit === proposal.commit &&
    evaluation.baseline === production &&
    evaluation.bankDigest === bankDigest &&
    evaluation.agent === agent &&
    evaluation.sandbox === containment &&
    evaluation.threshold === config.evaluate.threshold
  );
}

/** Whether more of what is asked for could change the answer. */
function isFinal({ verdict, why, runs, claim }: Evaluation, request: EvaluateRequest): boolean {
  if (verdict !== "inconclusive") return true;
  if (request.fixes !== undefined || (request.claim ?? claim) !== claim) return false;
  if (why === "budget") return false;
  if (why === "runs") return request.runs !== undefined && request.runs <= runs;
  return why !== "cap" || !request.extend;
}

function extensionsFor(last: Evaluation | undefined, { extend }: EvaluateRequest): number {
  if (!extend) return last?.extensions ?? 0;
  if (last?.why === "cap") return last.extensions + 1;
  throw new KiraError(
    "invalid",
    "There is nothing to extend: no evaluation of exactly this has made all its trials. Leave --extend out.",
  );
}
