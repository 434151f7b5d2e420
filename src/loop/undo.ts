import type { EntryOf } from "../domain/entry.ts";
import { KiraError } from "../domain/errors.ts";
import {
  handleOf,
  isProduction,
  justRecovered,
  lastStanding,
  numberBefore,
  type Operation,
  type RefMove,
  type Reversal,
  reversalOf,
  undone,
  whyLasting,
} from "../domain/operation.ts";
import { branchesInUse } from "../git/in-use.ts";
import type { Move } from "../git/refs.ts";
import type { Workspace } from "../workspace.ts";
import { completeMove, intentOf, moveProduction, pushedTo } from "./merge/move-production.ts";
import { nodeBelow } from "./merge/node.ts";
import { operationLines } from "./record/operation.ts";
import { rejectionNote } from "./reject.ts";

export interface UndoRequest {
  /** The first characters of an operation's id; the last one that stands by default. */
  readonly operation?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Undone {
  readonly operation: Operation;
  readonly reversal: Reversal;
  /** The operation that took it back; null on a dry run. */
  readonly by: Operation | null;
}

/** Takes an operation back, if nothing that it moved has moved since. What is part of the record stays. */
export async function undo(workspace: Workspace, request: UndoRequest): Promise<Undone> {
  using _lock = workspace.lock("undo");
  const operation = choose(workspace.record.index.operations.newestFirst(), request.operation);
  const reversal = reversalOf(operation);
  expectSameNumber(operation, reversal);
  await expectUnmoved(workspace, operation, reversal.moves);
  const production = reversal.moves.find(isProduction);
  const way = production && (await wayOf(workspace, production));
  if (request.dryRun) return { operation, reversal, by: null };
  const what = `${operation.command} of ${operation.what}`;
  if (production && way) {
    const { ref, from, to } = production;
    const about = { from: from!, to: to!, note: what, proposalId: operation.proposalId };
    const intent = intentOf(workspace, { step: "undo", ref, ...about, undoes: operation.uuid });
    await moveProduction(workspace, intent, way);
    await completeMove(workspace, intent);
  } else await reverse(workspace, operation, reversal, what);
  workspace.report({ kind: "step", step: "undo", what });
  return { operation, reversal, by: workspace.record.index.operations.newestFirst()[0]! };
}

function choose(newestFirst: readonly Operation[], wanted: string | undefined): Operation {
  const list = "See them with: kira-improve operations.";
  const finished = wanted === undefined ? justRecovered(newestFirst) : undefined;
  if (finished)
    throw new KiraError(
      "conflict",
      `The ${finished.command} of the ${finished.what} was interrupted and is complete now, so nothing more was taken back. To go further back, name an operation with --operation. ${list}`,
    );
  const found =
    wanted === undefined
      ? [lastStanding(newestFirst)].filter((operation) => operation !== undefined)
      : newestFirst.filter(({ uuid }) => uuid.startsWith(wanted.toLowerCase()));
  const [operation] = found;
  if (!operation)
    throw new KiraError(
      "not-found",
      wanted === undefined
        ? "There is no operation to take back. What is logged stays: outcomes and trials are evidence."
        : `There is no operation ${wanted}. ${list}`,
    );
  if (found.length > 1)
    throw new KiraError("invalid", `${found.length} operations begin with ${wanted}. ${list}`);
  const name = `${handleOf(operation)} (${operation.command} of ${operation.what})`;
  const why = whyLasting(operation);
  if (why !== undefined)
    throw new KiraError(
      "refused",
      `Operation ${name} cannot be taken back: ${why}.${newestFirst.at(-1) === operation ? " There is no earlier one." : " Name an earlier one with --operation; see them with: kira-improve operations."}`,
    );
  if (undone(newestFirst).has(operation.uuid))
    throw new KiraError("conflict", `Operation ${name} has been taken back already. ${list}`);
  return operation;
}

/** @throws KiraError `conflict` where a sync gave the proposal another number: its refs are called otherwise now */
function expectSameNumber({ uuid, proposalId, command }: Operation, reversal: Reversal): void {
  const before = numberBefore(reversal, proposalId);
  if (before === undefined) return;
  const way =
    command === "propose"
      ? `Say no to it instead: kira-improve reject --proposal-id ${proposalId} --reason <why>`
      : `See how it stands: kira-improve proposals --show ${proposalId}`;
  throw new KiraError(
    "conflict",
    `Operation ${handleOf({ uuid })} cannot be taken back, because a sync has given proposal ${before} the number ${proposalId} since. ${way}.`,
  );
}

/** @throws KiraError `conflict` that names what has moved since */
async function expectUnmoved(
  { git, refs, record }: Workspace,
  { moves, proposalId }: Operation,
  reversed: readonly RefMove[],
): Promise<void> {
  const status = proposalId === null ? undefined : record.index.proposals.state(proposalId).status;
  if (status === "merged" && !reversed.some(isProduction))
    throw new KiraError(
      "conflict",
      `Proposal ${proposalId} has been merged since. Take the merge back first: kira-improve operations.`,
    );
  const inUse = branchesInUse(git.commonDir);
  const held = reversed.find(({ ref, to }) => to === null && inUse.has(ref));
  if (held)
    throw new KiraError(
      "conflict",
      `${held.ref.replace("refs/heads/", "")} is checked out. Switch to another branch, then run the command again.`,
    );
  const present = new Map((await refs.list(...reversed.map(({ ref }) => ref))).map((ref) => [ref.name, ref]));
  const moved = reversed.filter(({ ref, from }) => (present.get(ref)?.target ?? null) !== from);
  if (moved.length === 0) return;
  const where = moved.map(({ ref, from }) => {
    const oid = present.get(ref)?.target;
    return `${ref} ${oid === undefined ? "is gone" : from === null ? "is there again" : `is at ${oid.slice(0, 10)}, not at ${from.slice(0, 10)}`}`;
  });
  const node = moves.some(isProduction)
    ? ", or bring a node back with: kira-improve archive --rollback <n>"
    : "";
  throw new KiraError(
    "conflict",
    `This cannot be taken back, because something has moved since: ${where.join("; ")}. Put it where it was${node}.`,
    { moved: moved.map(({ ref }) => ref) },
  );
}

/** @throws KiraError `refused` where production would leave what others have */
async function wayOf(workspace: Workspace, { from, to }: RefMove): Promise<"back" | "forward"> {
  if (!(await workspace.refs.isAncestor(to!, from!))) return "forward";
  const remote = await pushedTo(workspace, { keep: to!, leave: from! });
  if (remote === undefined) return "back";
  const node = await nodeBelow(workspace, to!);
  throw new KiraError(
    "refused",
    `Production cannot move back: what it would leave is on ${remote}. Bring the earlier state back with a new commit: kira-improve archive --rollback ${node ?? 0} --restore.`,
  );
}

async function reverse(
  workspace: Workspace,
  { uuid, proposalId }: Operation,
  { moves, refusal }: Reversal,
  what: string,
): Promise<void> {
  const { record, refs, now } = workspace;
  const refused =
    proposalId !== null && refusal?.after ? record.index.proposals.state(proposalId) : undefined;
  const note = refused && (await rejectionNote(workspace, refused, refusal!.after!));
  const back: Move[] = moves.map(({ ref, from, to }) => ({
    ref,
    from: from ?? undefined,
    to: to ?? undefined,
  }));
  const wanted = note ? [...back, note] : back;
  const about = { command: "undo", what, proposalId, undoes: uuid, moves: wanted };
  const decision: EntryOf<"decision">[] =
    refusal && proposalId !== null
      ? [
          {
            kind: "decision",
            proposalId,
            timestamp: now().toISOString(),
            decision: refusal.after === null ? "reopened" : "rejected",
            reason: refusal.after ?? "",
            by: "human",
          },
        ]
      : [];
  record.write(() => [...decision, ...operationLines(workspace, refusal ? { ...about, refusal } : about)]);
  await refs.move(wanted);
}
