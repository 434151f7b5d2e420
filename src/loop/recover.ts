import { KiraError } from "../domain/errors.ts";
import type { Intent } from "../domain/entry.ts";
import { anyCall, settleCalls } from "../git/call.ts";
import { anyLease } from "../git/lease.ts";
import { reapSlots } from "../git/reap.ts";
import type { Workspace } from "../workspace.ts";
import { evaluationNote } from "./evaluate/record-evaluation.ts";
import { putFilesBack } from "./merge/half-moved.ts";
import { completeMerge } from "./merge.ts";
import { completeMove } from "./merge/move-production.ts";
import { setAside } from "./reject.ts";
import { putNumbersRight } from "./sync/renumbered-refs.ts";
import { restoreNotes } from "./record/restore-notes.ts";
import { type Cause, type PutInPlace, putBack, restoreRefs } from "./record/restore-refs.ts";

/**
 * Finishes what a killed command began. Production is the commit point: if it has moved, the rest is done now; if
 * not, the step is taken for not begun.
 */
export async function recover(workspace: Workspace): Promise<void> {
  const { git, report } = workspace;
  const isBegun = workspace.record.index.intents.open().length > 0;
  if (!isBegun && !anyLease(git.commonDir) && !anyCall(git.commonDir)) return;
  using lock = tryLock(workspace);
  // Whoever holds the lock is still at work on it.
  if (!lock) return;
  // First, because a git that is still at work may yet move what an intent is about.
  const { locks, since, forget } = await settleCalls(git.commonDir);
  for (const file of locks)
    report({ kind: "notice", what: `A git that was killed had left ${file}; it was removed.` });
  for (const intent of workspace.record.index.intents.open()) await finish(workspace, intent, since);
  forget();
  await reapSlots(git);
}

/** A record that has grown since statuses were last derived may be the work of a command that was killed. */
export async function putRefsInPlace(workspace: Workspace): Promise<PutInPlace> {
  using lock = tryLock(workspace);
  return lock ? finishRefs(workspace) : { missing: [], settled: false };
}

/** The same for whoever holds the lock. */
export async function finishRefs(workspace: Workspace, cause?: Cause): Promise<PutInPlace> {
  const { record } = workspace;
  await finishRefusals(workspace);
  if (record.isShared) await putNumbersRight(workspace, cause);
  const { missing, settled } = await restoreRefs(workspace, cause);
  const notes = await restoreNotes(workspace, cause);
  // The last of several on one commit may be missing, too.
  const latest = record.index.evaluations.latestBy(record.journal.cloneId);
  const note = latest && (await evaluationNote(workspace, latest));
  if (note) await putBack(workspace, [note], cause);
  return { missing: [...missing, ...notes], settled };
}

/** What follows a verdict that is a no; what another clone began is its own to finish. */
async function finishRefusals(workspace: Workspace): Promise<void> {
  const { index, journal } = workspace.record;
  const { evaluations, proposals } = index;
  const refused = proposals.states().filter(({ status }) => status === "rejected");
  for (const proposal of refused.filter(({ rejectionReason }) => rejectionReason === null)) {
    const last = evaluations.madeBy(journal.cloneId, proposal.id).at(-1);
    if (last) await setAside(workspace, proposal, last.reason, "verdict");
  }
}

function tryLock(workspace: Workspace): Disposable | undefined {
  try {
    return workspace.lock("recovery", 0);
  } catch (error) {
    // Busy, or not for us to write: whoever may write sees to it.
    if (error instanceof KiraError && ["conflict", "unavailable"].includes(error.code)) return undefined;
    throw error;
  }
}

/** @param since when the first git was called that a killed command has left behind, if one was */
async function finish(workspace: Workspace, intent: Intent, since: number | undefined): Promise<void> {
  const { refs, record, now, report } = workspace;
  if (!(await hasMoved(refs, intent))) {
    const files = since === undefined ? [] : await putFilesBack(workspace, intent, since);
    record.write(() => [
      { kind: "completion", uuid: intent.uuid, timestamp: now().toISOString(), result: "conflict" },
    ]);
    report({
      kind: "notice",
      what: `${article(intent.step)} that was interrupted before production moved was taken back${files.length === 0 ? "" : `, and so was what it had done to ${files.join(", ")}`}; run it again.`,
    });
    return;
  }
  if (intent.step === "merge") await completeMerge(workspace, intent, true);
  else await completeMove(workspace, intent, true);
  report({
    kind: "notice",
    what: `${article(intent.step)} that was interrupted after production had moved was completed.`,
  });
}

const article = (step: Intent["step"]) => (step === "undo" ? "An undo" : `A ${step}`);

/** Whether production went where the step led, whatever has been committed on it since. */
async function hasMoved(refs: Workspace["refs"], { ref, from, to }: Intent): Promise<boolean> {
  const tip = await refs.findCommit(ref);
  if (tip === undefined || !(await refs.isAncestor(to, tip))) return false;
  // Where the step led back, production contained its end before, too.
  return !(await refs.isAncestor(from, tip)) || (await refs.isAncestor(from, to));
}
