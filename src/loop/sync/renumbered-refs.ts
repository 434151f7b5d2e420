import { exchangeRef, numberRef, type Proposal, rejectedRef } from "../../domain/proposal.ts";
import { tagPrefix } from "../../domain/node.ts";
import type { Move, Ref } from "../../git/refs.ts";
import type { Workspace } from "../../workspace.ts";
import { type Cause, putBack, writeDown } from "../record/restore-refs.ts";

/**
 * Moves the refs of what has got another number to where the record has it now. Found by comparing both, so that it is
 * safe to do again; what is missing afterwards, `restoreRefs` puts in place.
 */
export async function putNumbersRight(workspace: Workspace, cause?: Cause): Promise<void> {
  const { refs, git, record } = workspace;
  const { proposals, archive } = record.index;
  const present = await refs.list(
    "refs/kira/ids",
    "refs/kira/rejected",
    "refs/kira/exchanges",
    "refs/heads/kira",
    "refs/tags/kira",
  );
  const names = new Set(present.map(({ name }) => name));
  const all = proposals.list();
  const byNumber = new Map(all.map((proposal) => [proposal.id, proposal]));
  const byCommit = new Map(all.map((proposal) => [proposal.commit, proposal]));
  const byBlob = new Map(
    all.flatMap((proposal) => (proposal.asked ? [[proposal.asked.blob, proposal]] : [])),
  );
  const moves: Move[] = [];
  const renames: Array<{ readonly from: string; readonly to: string; readonly oid: string }> = [];
  const move = ({ name, oid }: Ref, to: string) => {
    moves.push({ ref: name, from: oid, to: undefined });
    if (!names.has(to)) moves.push({ ref: to, from: undefined, to: oid });
  };
  const kinds = [
    ["refs/kira/ids/", numberRef, ({ commit }: Proposal) => commit],
    ["refs/kira/rejected/", rejectedRef, ({ commit }: Proposal) => commit],
    ["refs/kira/exchanges/", exchangeRef, ({ asked }: Proposal) => asked?.blob],
  ] as const;
  for (const ref of present) {
    const kind = kinds.find(([prefix]) => ref.name.startsWith(prefix));
    const number = Number(ref.name.split("/").at(-1));
    if (kind) {
      const [, nameOf, contentOf] = kind;
      const holder = byNumber.get(number);
      if (!holder || contentOf(holder) === ref.oid) continue;
      const owner = byCommit.get(ref.oid) ?? byBlob.get(ref.oid);
      if (owner && owner.id !== number) move(ref, nameOf(owner.id));
    } else if (ref.name.startsWith("refs/heads/")) {
      const branch = ref.name.slice("refs/heads/".length);
      const owner = byCommit.get(ref.oid);
      const holder = byNumber.get(Number(/^kira\/proposal\/(\d+)-/.exec(branch)?.[1]));
      if (owner && holder && holder !== owner && !names.has(`refs/heads/${owner.branch}`))
        renames.push({ from: branch, to: owner.branch, oid: ref.oid });
    } else if (ref.name.startsWith(`refs/tags/${tagPrefix}`)) {
      const holder = archive.find(number);
      if (holder && holder.commit !== ref.target && archive.findByCommit(ref.target))
        moves.push({ ref: ref.name, from: ref.oid, to: undefined });
    }
  }
  // By git, because the user may have the branch checked out. Done first: a branch whose number is gone would be made again.
  for (const { from, to } of renames) await git.user(["branch", "--move", from, to]);
  const renamed = renames.flatMap(({ from, to, oid }) => [
    { ref: `refs/heads/${from}`, from: oid, to: undefined },
    { ref: `refs/heads/${to}`, from: undefined, to: oid },
  ]);
  if (renamed.length > 0) writeDown(workspace, renamed, cause);
  await putBack(workspace, moves, cause);
}
