import type { Proposal } from "../../domain/proposal.ts";
import type { Workspace } from "../../workspace.ts";

type Recorded = Pick<Workspace, "record">;

/** Proposals of one change, made anew because production had moved: the first is the oldest. */
export function revisionsOf({ record }: Recorded, proposal: Proposal): Proposal[] {
  const { proposals } = record.index;
  const before = ({ revises }: Proposal) =>
    revises === undefined ? undefined : proposals.findByUuid(revises);
  let first = proposal;
  for (let at = before(first); at; at = before(at)) first = at;
  const chain: Proposal[] = [];
  for (let at: Proposal | undefined = first; at; at = proposals.findRevision(at.uuid)) chain.push(at);
  return chain;
}

/** A proposal, those that it grew from, and those whose place it takes. */
export function* lineageOf({ record }: Recorded, proposal: Proposal): Generator<Proposal> {
  const { proposals } = record.index;
  const seen = new Set<string>();
  const open: (Proposal | undefined)[] = [proposal];
  while (open.length > 0) {
    const at = open.pop();
    if (at === undefined || seen.has(at.uuid)) continue;
    seen.add(at.uuid);
    yield at;
    open.push(
      proposals.findByCommit(at.parent),
      at.revises === undefined ? undefined : proposals.findByUuid(at.revises),
    );
  }
}

/** The tasks that any proposer in the lineage was shown. */
export const shownIn = (workspace: Recorded, proposal: Proposal): Set<string> =>
  new Set([...lineageOf(workspace, proposal)].flatMap(({ seenTasks }) => seenTasks));

/**
 * How often a change was looked at before, whatever production it stood on then. Each look raises the bound of the
 * next one, so that proposing again, or waiting until production has moved, is no way to a yes.
 */
export function earlierLooks(workspace: Recorded, proposal: Proposal): number {
  const { proposals, evaluations, trials } = workspace.record.index;
  const revised = new Set(revisionsOf(workspace, proposal).map(({ uuid }) => uuid));
  const isSame = ({ id, uuid, idea }: Proposal) =>
    id < proposal.id && (revised.has(uuid) || idea === proposal.idea);
  const tried = trials.trees();
  let looks = 0;
  for (const { id, tree } of proposals.list().filter(isSame)) {
    const begun = evaluations.of(id).map(({ restarts }) => restarts);
    if (begun.length > 0) looks = Math.max(looks, ...begun.map((restarts) => restarts + 1));
    else if (tried.has(tree)) looks++;
  }
  return looks;
}
