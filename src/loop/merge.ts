import { KiraError } from "../domain/errors.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { Intent } from "../domain/entry.ts";
import type { ArchiveNode } from "../domain/node.ts";
import type { ProposalState } from "../store/proposals.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { examDigest } from "./evaluate/comparison.ts";
import { refuseUnfit } from "./evaluate/fitness.ts";
import { refuseUnseen } from "./evaluate/look.ts";
import { intentOf, moveProduction } from "./merge/move-production.ts";
import { draftNode, nodeBelow, tagNode } from "./merge/node.ts";
import { operationOfIntent } from "./record/operation.ts";
import { readBank } from "./bank/tasks.ts";

export interface MergeRequest {
  readonly proposalId: number;
  /** A person's reason to merge without an improvement that was shown; recorded as unproven. */
  readonly judgement?: string | undefined;
}

/** Step 5. Production moves forward to a proposal whose verdict holds for exactly what is there now. */
export async function merge(
  workspace: Workspace,
  { proposalId, judgement }: MergeRequest,
): Promise<ArchiveNode> {
  using _lock = workspace.lock("merge");
  const { record } = workspace;
  const rules = await workspace.rules();
  const proposal = record.index.proposals.state(proposalId);
  const evaluation = await permission(workspace, rules, proposal, judgement);
  const node = await draftNode(workspace, rules, {
    commit: proposal.commit,
    tree: proposal.tree,
    parentId: await nodeBelow(workspace, rules.production),
    proposalId,
    restores: null,
    score: evaluation?.modifiedScore ?? null,
    delta: evaluation?.statistics.delta ?? null,
    interval: evaluation?.statistics.interval ?? null,
    evaluationId: evaluation?.id ?? null,
    description:
      judgement === undefined ? proposal.hypothesis : `${proposal.hypothesis} (unproven: ${judgement})`,
  });
  const intent = intentOf(workspace, {
    step: "merge",
    from: rules.production,
    to: proposal.commit,
    node,
    proposalId,
    note: judgement ?? evaluation?.reason ?? "",
  });
  await moveProduction(workspace, intent, "forward");
  await completeMerge(workspace, intent);
  return node;
}

/** Everything that follows from a production branch that has moved: done by `merge`, or by recovery after a crash. */
export async function completeMerge(workspace: Workspace, intent: Intent, recovered = false): Promise<void> {
  const { record, now, report } = workspace;
  const { uuid, node, proposalId, to, note } = intent;
  if (!node) return;
  const timestamp = now().toISOString();
  const proposal = proposalId === null ? undefined : record.index.proposals.find(proposalId);
  record.write((index) => [
    { kind: "node", ...node },
    {
      kind: "outcome",
      id: index.outcomes.nextId(),
      timestamp,
      task: `Merge proposal ${proposalId}: ${proposal?.hypothesis ?? ""}`.slice(0, 2000),
      outcome: "success",
      category: "self-improvement",
      durationSeconds: null,
      notes: note.slice(0, 2000),
      improvementId: proposalId,
      sessionKey: null,
      source: "merge",
      commit: to,
    },
    { kind: "completion", uuid, timestamp, result: "done" },
    operationOfIntent(workspace, intent, recovered),
  ]);
  await tagNode(workspace, node);
  report({
    kind: "step",
    step: "merge",
    what: `proposal ${proposalId} is production, archived as ${node.tag}`,
    why: note,
  });
}

/** The last evaluation against today's production that ran contained; the last of all if none did. */
function lastWord(evaluations: readonly Evaluation[], production: string): Evaluation | undefined {
  const current = evaluations.findLast(({ contained, baseline }) => contained && baseline === production);
  return current ?? evaluations.at(-1);
}

/**
 * The evaluation that allows the merge; undefined if a person's judgement does.
 * @throws KiraError `refused` with the reason, `conflict` if production has moved
 */
async function permission(
  workspace: Workspace,
  rules: Rules,
  proposal: ProposalState,
  judgement: string | undefined,
): Promise<Evaluation | undefined> {
  const { id, status } = proposal;
  const { record } = workspace;
  if (status === "merged")
    throw new KiraError(
      "conflict",
      `Proposal ${id} is merged already. See it with: kira-improve proposals --show ${id}.`,
    );
  const evaluation = lastWord(record.index.evaluations.madeBy(record.journal.cloneId, id), rules.production);
  const show = `See why with: kira-improve proposals --show ${id}.`;
  if (status === "rejected")
    throw new KiraError("refused", `Proposal ${id} is rejected: ${proposal.rejectionReason} ${show}`);
  await refuseUnfit(workspace, rules, proposal, "may not be merged");
  if (judgement !== undefined) {
    if (judgement.trim() === "")
      throw new KiraError("invalid", "A merge on judgement needs a reason. Say why with --reason.");
    return evaluation;
  }
  if (!evaluation && record.index.evaluations.of(id).length > 0)
    throw new KiraError(
      "refused",
      `Proposal ${id} was judged in another clone, and what was judged elsewhere is no permission here. Evaluate it here: kira-improve evaluate --proposal-id ${id}.`,
    );
  if (!evaluation)
    throw new KiraError(
      "refused",
      `Proposal ${id} has not been evaluated. Run: kira-improve evaluate --proposal-id ${id}.`,
    );
  if (evaluation.verdict !== "improved")
    throw new KiraError(
      "refused",
      `The verdict on proposal ${id} is ${evaluation.verdict}, and only improved is merged. ${show} To merge on your own judgement, add --on-judgement --reason "…".`,
    );
  if (evaluation.baseline !== rules.production || evaluation.tree !== proposal.tree)
    throw new KiraError(
      "refused",
      `The verdict on proposal ${id} belongs to another production. Run: kira-improve evaluate --proposal-id ${id}.`,
    );
  if (evaluation.bankDigest !== examDigest(workspace, rules.config, await readBank(workspace, rules)))
    throw new KiraError(
      "refused",
      `The task bank has changed since proposal ${id} was judged. Run: kira-improve evaluate --proposal-id ${id}.`,
    );
  if (evaluation.flags.length > 0)
    throw new KiraError(
      "refused",
      `The improvement of proposal ${id} is flagged: ${evaluation.flags.map(({ task, what }) => `${task}: ${what}`).join("; ")}. Look at it, and if it is honest merge it with --on-judgement --reason "…".`,
      { flags: evaluation.flags },
    );
  refuseUnseen(workspace, evaluation);
  if (!evaluation.contained && !(await workspace.approvals("acceptUnsandboxed")).includes("true"))
    throw new KiraError(
      "refused",
      `The trials of proposal ${id} ran without a sandbox, so the agent could have reached its grader. Evaluate it in one, or accept that here with: git config kira.acceptUnsandboxed true.`,
    );
  return evaluation;
}
