import type { Move } from "../../git/refs.ts";
import { cloneName, journalPrefix } from "../../git/journals.ts";
import { KiraError } from "../../domain/errors.ts";
import type { TakenIn } from "../../store/record.ts";
import type { Workspace } from "../../workspace.ts";
import { putInOrder } from "../refresh.ts";
import { putNumbersRight } from "./renumbered-refs.ts";
import { type Cause, putBack, writeDown } from "../record/restore-refs.ts";
import type { Named, Sides } from "./shared-refs.ts";
import { sayLeftOut } from "./say-taken-in.ts";

export interface TakenOver {
  /** Whether refs of this clone may have moved. */
  readonly changed: boolean;
  readonly received: readonly string[];
  readonly renumbered: TakenIn["renumbered"];
  readonly refused: readonly string[];
}

/**
 * Makes facts of what was fetched, as far as it holds up. It may add facts and take none back: nothing that a remote
 * says moves a journal backwards, a tag to another commit, or production.
 */
export async function takeOver(
  workspace: Workspace,
  { here, theirs }: Sides,
  remote: string,
): Promise<TakenOver> {
  const { refs, record } = workspace;
  const { moves, refused } = await acceptable(workspace, here, theirs, remote);
  if (moves.length > 0) await refs.move(moves);
  const { renumbered, leftOut } = record.catchUp();
  const changes = moves.length > 0 || renumbered.length > 0 || lacks(workspace, here, theirs);
  // Before what is missing is written anew: it may be there.
  const cause = { command: "sync", what: `the record of ${remote} taken in` };
  const noted = await mergeNotes(workspace, here, theirs, cause);
  if (changes) {
    await putNumbersRight(workspace, cause);
    refused.push(...(await adoptTags(workspace, theirs, remote, cause)));
    await putInOrder(workspace, cause);
  }
  return {
    changed: changes || noted,
    received: moves.map(({ ref }) => ref.slice(journalPrefix.length)),
    renumbered,
    refused: [...refused, ...leftOut.flatMap(sayLeftOut)],
  };
}

/** The journals of other clones that have grown, and nothing else. */
async function acceptable(
  workspace: Workspace,
  here: Named,
  theirs: Named,
  remote: string,
): Promise<{ moves: Move[]; refused: string[] }> {
  const { refs, record } = workspace;
  const moves: Move[] = [];
  const refused: string[] = [];
  for (const [ref, { oid }] of theirs) {
    if (!ref.startsWith(journalPrefix)) continue;
    const clone = ref.slice(journalPrefix.length);
    const known = here.get(ref)?.oid;
    if (oid === known) continue;
    if (clone === record.journal.cloneId) {
      if (known !== undefined && (await refs.isAncestor(oid, known))) continue;
      throw new KiraError(
        "conflict",
        `${remote} has a journal of this very clone that goes on differently: a copy of this repository was used, too. Go on in one of the two, or clone anew: git clone "$(git remote get-url ${remote})".`,
      );
    }
    if (!cloneName.test(clone))
      refused.push(`${remote} has a journal of "${clone}", which is no clone's name; it is left alone.`);
    else if (known === undefined ? await isCommit(workspace, oid) : await onlyGrows(workspace, known, oid))
      moves.push({ ref, from: known, to: oid });
    else if (known === undefined || !(await refs.isAncestor(oid, known)))
      refused.push(
        `${remote} has rewritten the journal of clone ${clone}; what is known of it stays, and nothing more of it is taken.`,
      );
  }
  return { moves, refused };
}

const isCommit = async ({ refs }: Workspace, oid: string) => (await refs.findCommit(oid)) === oid;

/** Whether a journal says all that it said before, in the same words, and goes on from there. */
async function onlyGrows({ refs, git }: Workspace, known: string, oid: string): Promise<boolean> {
  if (!(await refs.isAncestor(known, oid))) return false;
  const changed = await git.foreign([
    "diff-tree",
    "-r",
    "--name-only",
    "--no-renames",
    "--diff-filter=a",
    known,
    oid,
  ]);
  return changed === "";
}

/** Whether something that was fetched has no place here yet, as after a sync that was killed. */
function lacks({ record }: Workspace, here: Named, theirs: Named): boolean {
  const known = new Set(record.index.archive.list().map(({ tag }) => `refs/tags/${tag}`));
  return [...theirs].some(
    ([ref, { oid }]) =>
      (ref.startsWith("refs/kira/ids/") && !here.has(ref)) || (known.has(ref) && here.get(ref)?.oid !== oid),
  );
}

/** The tags of nodes, as the remote has them; of one node there is one tag. */
async function adoptTags(
  workspace: Workspace,
  theirs: Named,
  remote: string,
  cause: Cause,
): Promise<string[]> {
  const { refs, record } = workspace;
  const tags = new Map((await refs.list("refs/tags/kira")).map((tag) => [tag.name, tag]));
  const refused: string[] = [];
  const moves: Move[] = [];
  for (const node of record.index.archive.list()) {
    const ref = `refs/tags/${node.tag}`;
    const [mine, their] = [tags.get(ref), theirs.get(ref)];
    if (!their || their.oid === mine?.oid) continue;
    if (their.target !== node.commit)
      refused.push(`${remote} has ${node.tag} on another commit than the record says; it is left alone.`);
    else if (!mine || mine.target === node.commit) moves.push({ ref, from: mine?.oid, to: their.oid });
  }
  await putBack(workspace, moves, cause);
  return refused;
}

async function mergeNotes(workspace: Workspace, here: Named, theirs: Named, cause: Cause): Promise<boolean> {
  const moves: Move[] = [];
  for (const notes of [workspace.evaluationNotes, workspace.rejectionNotes]) {
    const their = theirs.get(notes.ref);
    if (!their || their.oid === here.get(notes.ref)?.oid) continue;
    const move = await notes.merge(their.name);
    if (move.from !== move.to) moves.push(move);
  }
  if (moves.length > 0) writeDown(workspace, moves, cause);
  return moves.length > 0;
}
