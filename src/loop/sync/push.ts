import { journalPrefix } from "../../git/journals.ts";
import type { Push } from "../../git/remote.ts";
import { exchangeRef, numberRef, rejectedRef } from "../../domain/proposal.ts";
import type { Workspace } from "../../workspace.ts";
import type { Sides } from "./shared-refs.ts";

/** Moved by every push, and only from where the last fetch saw it: so of two that claim numbers one comes second. */
const turnRef = "refs/kira/sync/last";
/** More refs of a kind than this are named by a pattern, because a command line has an end. */
const mostNamed = 200;

/** What the remote lacks of the record, by its names; it had nothing else when it was fetched. */
export function planPush(
  { record, evaluationNotes, rejectionNotes }: Workspace,
  { here, theirs }: Sides,
): Push {
  const isMissing = (ref: string) => here.has(ref) && !theirs.has(ref);
  const proposals = record.index.proposals.states();
  const unpublished = proposals.filter(({ id }) => isMissing(numberRef(id)));
  const spaces = [
    ["refs/kira/ids", unpublished.map(({ id }) => numberRef(id))],
    ["refs/heads/kira/proposal", unpublished.map(({ branch }) => `refs/heads/${branch}`).filter(isMissing)],
    ["refs/kira/rejected", proposals.map(({ id }) => rejectedRef(id)).filter(isMissing)],
    ["refs/kira/exchanges", proposals.map(({ id }) => exchangeRef(id)).filter(isMissing)],
    [
      "refs/tags/kira/archive",
      record.index.archive
        .list()
        .map(({ tag }) => `refs/tags/${tag}`)
        .filter(isMissing),
    ],
  ] as const;
  const own = `${journalPrefix}${record.journal.cloneId}`;
  const grown = [own, evaluationNotes.ref, rejectionNotes.ref].filter(
    (ref) => here.has(ref) && here.get(ref)?.oid !== theirs.get(ref)?.oid,
  );
  // Where a proposal was refused, its branch goes out of sight there, too, unless somebody has moved it on.
  const hidden = proposals
    .filter(({ status }) => status === "rejected")
    .map(({ branch, commit }) => ({ ref: `refs/heads/${branch}`, commit }))
    .filter(({ ref, commit }) => !here.has(ref) && theirs.get(ref)?.oid === commit);
  const refspecs = [
    ...grown.map((ref) => `${ref}:${ref}`),
    ...spaces.flatMap(([space, missing]) =>
      missing.length > mostNamed ? [`${space}/*:${space}/*`] : missing.map((ref) => `${ref}:${ref}`),
    ),
    ...hidden.map(({ ref }) => `:${ref}`),
  ];
  if (refspecs.length === 0) return { refspecs, leases: new Map() };
  return {
    // Without a plus sign, which would go over the lease.
    refspecs: [...refspecs, `${own}:${turnRef}`],
    leases: new Map([
      [turnRef, theirs.get(turnRef)?.oid],
      ...hidden.map(({ ref, commit }) => [ref, commit] as const),
    ]),
  };
}
