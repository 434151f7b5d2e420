import { KiraError } from "../domain/errors.ts";
import { numberRef, type Proposal, rejectedRef } from "../domain/proposal.ts";
import type { Decision } from "../domain/entry.ts";
import type { ProposalState } from "../store/proposals.ts";
import { branchesInUse } from "../git/in-use.ts";
import type { Move, Ref } from "../git/refs.ts";
import type { Workspace } from "../workspace.ts";

/** A human's no. */
export async function reject(
  workspace: Workspace,
  proposalId: number,
  reason: string,
): Promise<ProposalState> {
  using _lock = workspace.lock("reject");
  const { proposals } = workspace.record.index;
  const proposal = proposals.state(proposalId);
  if (reason.trim() === "")
    throw new KiraError("invalid", "A rejection needs a reason. Say why with --reason.");
  if (proposal.status === "merged")
    throw new KiraError(
      "conflict",
      `Proposal ${proposalId} is merged. To undo it, roll back: kira-improve archive --rollback <id>.`,
    );
  if (proposal.status === "rejected") return proposal;
  await setAside(workspace, proposal, reason, "human");
  return proposals.state(proposalId);
}

/**
 * Records why a proposal is refused and takes its branch out of sight: the commit stays, under `refs/kira/rejected/`.
 */
export async function setAside(
  { git, record, refs, rejectionNotes, now, report }: Workspace,
  proposal: Proposal,
  reason: string,
  by: Decision["by"],
): Promise<void> {
  record.write(() => [
    {
      kind: "decision",
      proposalId: proposal.id,
      timestamp: now().toISOString(),
      decision: "rejected",
      reason,
      by,
    },
  ]);
  record.derive(({ proposals }) => proposals.setStatus(proposal.id, "rejected"));
  await noteRejection({ rejectionNotes }, proposal, reason);
  const present = await refs.list(
    `refs/heads/${proposal.branch}`,
    rejectedRef(proposal.id),
    numberRef(proposal.id),
  );
  const inUse = branchesInUse(git.commonDir);
  await refs.move(hiding(proposal, new Map(present.map((ref) => [ref.name, ref])), inUse));
  if (inUse.has(`refs/heads/${proposal.branch}`))
    report({ kind: "notice", what: `The branch ${proposal.branch} stays while you have it checked out.` });
  report({ kind: "step", step: "reject", what: `proposal ${proposal.id} rejected`, why: reason });
}

/** Writes the reason on the refused commit. Safe to do again. */
export function noteRejection(
  { rejectionNotes }: Pick<Workspace, "rejectionNotes">,
  proposal: Proposal,
  reason: string,
): Promise<void> {
  return rejectionNotes.append(proposal.commit, rejectionLine(proposal, reason));
}

export function rejectionLine({ uuid }: Proposal, reason: string): string {
  return JSON.stringify({ v: 1, proposal: uuid, reason });
}

/** A branch that somebody has moved on, or stands on, stays where it is. */
export function hiding(
  { id, branch, commit }: Proposal,
  present: ReadonlyMap<string, Ref>,
  inUse: ReadonlySet<string>,
): Move[] {
  const shown = `refs/heads/${branch}`;
  return [
    ...(present.has(numberRef(id)) ? [] : [{ ref: numberRef(id), from: undefined, to: commit }]),
    ...(present.has(rejectedRef(id)) ? [] : [{ ref: rejectedRef(id), from: undefined, to: commit }]),
    ...(present.get(shown)?.oid === commit && !inUse.has(shown)
      ? [{ ref: shown, from: commit, to: undefined }]
      : []),
  ];
}
