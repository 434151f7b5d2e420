import { numberRef, type Proposal, rejectedRef } from "../domain/proposal.ts";
import type { Ref } from "../git/refs.ts";
import type { Workspace } from "../workspace.ts";
import { tagNode } from "./node.ts";

interface Move {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/**
 * Puts those refs in place that follow from the record and are missing, as after a crash: numbers and branches of
 * proposals, hidden branches of rejected ones, tags of nodes. A branch that somebody has deleted stays deleted.
 */
export async function restoreRefs(workspace: Workspace): Promise<void> {
  const { record, refs, objects } = workspace;
  const present = new Map(
    (await refs.list("refs/kira", "refs/tags/kira", "refs/heads/kira")).map((ref) => [ref.name, ref]),
  );
  const moves: Move[] = [];
  for (const proposal of record.index.proposals.states()) {
    const wanted = proposal.status === "rejected" ? hiding(proposal, present) : publishing(proposal, present);
    if (wanted.length > 0 && (await objects.has(proposal.commit))) moves.push(...wanted);
  }
  if (moves.length > 0) await refs.move(moves);
  for (const node of record.index.archive.list())
    if (!present.has(`refs/tags/${node.tag}`) && (await objects.has(node.commit)))
      await tagNode(workspace, node);
}

/** The number tells that the proposal was published once: then its branch is the user's to delete. */
function publishing({ id, branch, commit }: Proposal, present: ReadonlyMap<string, Ref>): Move[] {
  if (present.has(numberRef(id))) return [];
  return [numberRef(id), `refs/heads/${branch}`]
    .filter((ref) => !present.has(ref))
    .map((ref) => ({ ref, from: undefined, to: commit }));
}

/** A branch that somebody has moved on stays where it is. */
export function hiding({ id, branch, commit }: Proposal, present: ReadonlyMap<string, Ref>): Move[] {
  const shown = `refs/heads/${branch}`;
  return [
    ...(present.has(numberRef(id)) ? [] : [{ ref: numberRef(id), from: undefined, to: commit }]),
    ...(present.has(rejectedRef(id)) ? [] : [{ ref: rejectedRef(id), from: undefined, to: commit }]),
    ...(present.get(shown)?.oid === commit ? [{ ref: shown, from: commit, to: undefined }] : []),
  ];
}
