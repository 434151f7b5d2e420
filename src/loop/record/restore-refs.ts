import { KiraError } from "../../domain/errors.ts";
import type { ArchiveNode } from "../../domain/node.ts";
import type { Operation } from "../../domain/operation.ts";
import { exchangeRef, numberRef, type Proposal } from "../../domain/proposal.ts";
import { branchesInUse } from "../../git/in-use.ts";
import type { Move, Ref } from "../../git/refs.ts";
import type { Workspace } from "../../workspace.ts";
import { tagNode } from "../merge/node.ts";
import { journalRef, preserve } from "./preserve.ts";
import { operationLines } from "./operation.ts";
import { hiding, showing } from "../reject.ts";

export interface PutInPlace {
  /** The names of the refs and notes that were missing. */
  readonly missing: readonly string[];
  /** Whether all is now as the record says; false while another command is at work. */
  readonly settled: boolean;
}

/** What made refs due that are not where the record has them. */
export type Cause = Pick<Operation, "command" | "what">;
const ownRecord: Cause = { command: "recover", what: "refs put where the record has them" };

/**
 * Puts those refs in place that follow from the record and are missing, after a crash or because somebody has deleted
 * them: numbers and branches of proposals, hidden branches of rejected ones, tags of nodes, the journal's own. What is
 * theirs stays: a branch that was deleted or moved, and any ref that points elsewhere.
 */
export async function restoreRefs(workspace: Workspace, cause: Cause = ownRecord): Promise<PutInPlace> {
  const { git, record, refs, objects } = workspace;
  const inUse = branchesInUse(git.commonDir);
  const present = new Map(
    (await refs.list("refs/kira", "refs/tags/kira", "refs/heads/kira")).map((ref) => [ref.name, ref]),
  );
  const moves: Move[] = [];
  for (const proposal of record.index.proposals.states()) {
    const { id, status } = proposal;
    const open = status !== "merged" && present.has(numberRef(id));
    const wanted =
      status === "rejected"
        ? hiding(proposal, present, inUse)
        : open
          ? showing(proposal, present)
          : publishing(proposal, present);
    if (wanted.length > 0 && (await objects.has(proposal.commit))) moves.push(...wanted);
    moves.push(...(await keeping(objects, proposal, present)));
  }
  await putBack(workspace, moves, cause);
  const missing = moves.filter(({ to }) => to !== undefined).map(({ ref }) => ref);
  let settled = true;
  for (const node of record.index.archive.list())
    if (!present.has(`refs/tags/${node.tag}`) && (await objects.has(node.commit))) {
      if (await tagAgain(workspace, node, cause)) missing.push(node.tag);
      else settled = false;
    }
  const journal = journalRef(record.journal.cloneId);
  if (!present.has(journal) && (await preserve(workspace))) missing.push(journal);
  return { missing, settled };
}

/** Moves refs to where the record has them. */
export async function putBack(workspace: Workspace, moves: readonly Move[], cause?: Cause): Promise<void> {
  if (moves.length === 0) return;
  await workspace.refs.move(moves);
  writeDown(workspace, moves, cause);
}

/** Afterwards: what made them due stands in the record already. */
export function writeDown(workspace: Workspace, moves: readonly Move[], cause: Cause = ownRecord): void {
  workspace.record.write(() => operationLines(workspace, { ...cause, moves }));
}

/** Every command comes by here: one that only looks must not end because a tag cannot be signed now. */
async function tagAgain(workspace: Workspace, node: ArchiveNode, cause: Cause): Promise<boolean> {
  try {
    await tagNode(workspace, node);
    writeDown(workspace, [{ ref: `refs/tags/${node.tag}`, from: undefined, to: node.commit }], cause);
    return true;
  } catch (error) {
    if (!(error instanceof KiraError && error.code === "unavailable")) throw error;
    const what = `${node.tag} is not tagged yet: ${error.message} The next command tries again.`;
    workspace.report({ kind: "notice", what });
    return false;
  }
}

/** The number tells that the proposal was published once: then its branch is the user's to delete. */
function publishing({ id, branch, commit }: Proposal, present: ReadonlyMap<string, Ref>): Move[] {
  if (present.has(numberRef(id))) return [];
  return [numberRef(id), `refs/heads/${branch}`]
    .filter((ref) => !present.has(ref))
    .map((ref) => ({ ref, from: undefined, to: commit }));
}

/** What a model was asked for it. */
async function keeping(
  objects: Workspace["objects"],
  { id, asked }: Proposal,
  present: ReadonlyMap<string, Ref>,
): Promise<Move[]> {
  const ref = exchangeRef(id);
  if (asked === undefined || present.has(ref) || !(await objects.has(asked.blob))) return [];
  return [{ ref, from: undefined, to: asked.blob }];
}
