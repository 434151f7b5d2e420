import { KiraError } from "../domain/errors.ts";
import { numberRef, type Proposal, rejectedRef } from "../domain/proposal.ts";
import type { Decision, EntryOf } from "../domain/entry.ts";
import type { Operation } from "../domain/operation.ts";
import type { ProposalState } from "../store/proposals.ts";
import { branchesInUse } from "../git/in-use.ts";
import type { Move, Ref } from "../git/refs.ts";
import type { Workspace } from "../workspace.ts";
import { operationLines } from "./record/operation.ts";

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
  workspace: Workspace,
  proposal: ProposalState,
  reason: string,
  by: Decision["by"],
): Promise<void> {
  const { record, refs, report } = workspace;
  const { decision, refusal, moves } = await refusing(workspace, proposal, reason, by);
  const { id: proposalId } = proposal;
  const what = `proposal ${proposalId}: ${reason}`;
  const command = by === "human" ? "reject" : "evaluate";
  record.write(() => [decision, ...operationLines(workspace, { command, what, proposalId, refusal, moves })]);
  record.derive(({ proposals }) => proposals.setStatus(proposalId, "rejected"));
  if (moves.length > 0) await refs.move(moves);
  report({ kind: "step", step: "reject", what: `proposal ${proposalId} rejected`, why: reason });
}

/** What a refusal comes to: the fact, and the refs that follow from it. */
export async function refusing(
  workspace: Pick<Workspace, "git" | "refs" | "rejectionNotes" | "now" | "report">,
  proposal: Proposal & Pick<ProposalState, "rejectionReason">,
  reason: string,
  by: Decision["by"],
): Promise<{
  decision: EntryOf<"decision">;
  refusal: NonNullable<Operation["refusal"]>;
  moves: readonly Move[];
}> {
  const { id: proposalId, branch, rejectionReason: before } = proposal;
  const present = await workspace.refs.list(
    `refs/heads/${branch}`,
    rejectedRef(proposalId),
    numberRef(proposalId),
  );
  const inUse = branchesInUse(workspace.git.commonDir);
  if (inUse.has(`refs/heads/${branch}`))
    workspace.report({ kind: "notice", what: `The branch ${branch} stays while you have it checked out.` });
  const note = await rejectionNote(workspace, proposal, reason);
  const timestamp = workspace.now().toISOString();
  return {
    decision: { kind: "decision", proposalId, timestamp, decision: "rejected", reason, by },
    refusal: { before, after: before ?? reason },
    moves: [
      ...hiding(proposal, new Map(present.map((ref) => [ref.name, ref])), inUse),
      ...(note === undefined ? [] : [note]),
    ],
  };
}

/** The reason on the refused commit; undefined if it is there already. */
export function rejectionNote(
  { rejectionNotes, now }: Pick<Workspace, "rejectionNotes" | "now">,
  proposal: Proposal,
  reason: string,
): Promise<Move | undefined> {
  return rejectionNotes.adding(proposal.commit, rejectionLine(proposal, reason), now());
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

/** A proposal that is open again comes back from where it was hidden. */
export function showing({ id, branch, commit }: Proposal, present: ReadonlyMap<string, Ref>): Move[] {
  const hidden = present.get(rejectedRef(id))?.oid;
  if (hidden === undefined) return [];
  return [
    ...(present.has(`refs/heads/${branch}`)
      ? []
      : [{ ref: `refs/heads/${branch}`, from: undefined, to: commit }]),
    { ref: rejectedRef(id), from: hidden, to: undefined },
  ];
}
