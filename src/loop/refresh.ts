import { numberRef, statusOf } from "../domain/proposal.ts";
import { ended, justRecovered } from "../domain/operation.ts";
import { messageOf } from "../domain/errors.ts";
import { JournalDamage } from "../store/batch.ts";
import { isIndexDamage } from "../store/sqlite-errors.ts";
import type { Workspace } from "../workspace.ts";
import { fingerprintOf, isUpToDate, productionOf, standOf } from "./record/fingerprint.ts";
import { readHistory } from "./log/history.ts";
import { finishRefs, putRefsInPlace, recover } from "./recover.ts";
import type { Cause } from "./record/restore-refs.ts";
import { sayLeftOut, sayRenumbered } from "./sync/say-taken-in.ts";

/**
 * Brings the index up to what git and the journal say now, and back what somebody has removed: every command that
 * reads or decides begins with it. With nothing new it starts no process.
 */
export async function refresh(workspace: Workspace): Promise<void> {
  const { record, report } = workspace;
  const { renumbered, leftOut } = record.catchUp();
  for (const what of [...renumbered.map(sayRenumbered), ...leftOut.flatMap(sayLeftOut)])
    report({ kind: "notice", what });
  await recover(workspace);
  tellUnfinished(workspace);
  const found = await readHistory(workspace).catch((error: unknown) => {
    if (error instanceof JournalDamage || isIndexDamage(error)) throw error;
    report({ kind: "notice", what: `The history could not be searched for outcomes: ${messageOf(error)}` });
    return 0;
  });
  if (found > 0) report({ kind: "step", step: "history", what: `${found} outcomes found in commits` });
  // Taken before anything is looked at: what changes meanwhile is looked at by the next command.
  const stand = standOf(workspace);
  if (isUpToDate(workspace, stand)) return;
  await tellIfRewritten(workspace);
  await deriveStatuses(workspace);
  // While a writer is at work its refs may be on their way: whoever comes after it looks again.
  const { missing, settled } = await putRefsInPlace(workspace);
  if (missing.length > 0) {
    await computeStatuses(workspace);
    // What another clone told of had no refs here until now.
    if (leftOut.length === 0) report({ kind: "notice", what: sayPutBack(workspace, missing) });
  }
  if (settled) record.index.facts.set("stand", stand);
}

/** Statuses and refs as other clones' journals, just taken in, make them; for whoever holds the lock. */
export async function putInOrder(workspace: Workspace, cause: Cause): Promise<void> {
  await computeStatuses(workspace);
  const { missing } = await finishRefs(workspace, cause);
  if (missing.length > 0) await computeStatuses(workspace);
  workspace.record.index.facts.set("fingerprint", fingerprintOf(workspace));
}

/** A log in parts that has not come to its end: told once, and again if it went on since. */
function tellUnfinished({ record, report }: Workspace): void {
  const { facts } = record.index;
  const parts = facts.find("parts") ?? "[]";
  if (parts === "[]" || facts.find("told") === parts) return;
  for (const { done, total } of facts.parts())
    report({
      kind: "notice",
      what: `A log --stdin has recorded ${done} of ${total} outcomes: it is at work, or was interrupted. If so, run it again with the same input, and it goes on after them.`,
    });
  facts.set("told", parts);
}

/** What a killed undo had not moved yet is its own, and nobody has removed it. */
function sayPutBack({ record }: Workspace, missing: readonly string[]): string {
  const undo = justRecovered(record.index.operations.newestFirst());
  const moved = new Set(undo?.moves.map(({ ref }) => ref));
  return undo && missing.every((name) => moved.has(name))
    ? ended(`An undo that was interrupted was completed: ${undo.what}`)
    : `${listed(missing)} missing and put back from the journal.`;
}

function listed(names: readonly string[]): string {
  const [shown, more] = [names.slice(0, 3).join(", "), names.length - 3];
  return `${shown}${more > 0 ? ` and ${more} more` : ""} ${names.length === 1 ? "was" : "were"}`;
}

/** Statuses follow from production and the record: derived again when either has moved. */
export async function deriveStatuses(workspace: Workspace): Promise<void> {
  const { facts } = workspace.record.index;
  const fingerprint = fingerprintOf(workspace);
  if (facts.find("fingerprint") === fingerprint) return;
  await computeStatuses(workspace);
  facts.set("fingerprint", fingerprint);
}

/** Nothing is wrong with it, but whoever did not do it wants to know: what was merged may be gone from production. */
async function tellIfRewritten({ record, live, refs, settings, report }: Workspace): Promise<void> {
  const before = productionOf(record.index.facts.find("fingerprint") ?? "");
  if (before === undefined || live === undefined || before === live) return;
  if (record.index.intents.leadTo(live) || (await refs.isAncestor(before, live))) return;
  const lost = record.index.archive.findByCommit(before);
  report({
    kind: "notice",
    what: `${settings.production} no longer contains ${before.slice(0, 10)}${lost ? `, which is ${lost.tag}` : ""}, where it stood at the last command: it was reset or rewritten outside kira-improve. Statuses follow it; go back with: kira-improve archive --rollback ${lost?.id ?? "<node>"}.`,
  });
}

async function computeStatuses({ record, refs, live }: Workspace): Promise<void> {
  const proposals = record.index.proposals.states();
  const merged =
    live === undefined || proposals.length === 0
      ? new Set<string>()
      : await refs.merged(live, "refs/kira/ids");
  const tried = record.index.trials.trees();
  record.derive((index) => {
    for (const { id, tree, rejectionReason } of proposals) {
      const evaluation = index.evaluations.latestOf(id);
      const status = statusOf({
        merged: merged.has(numberRef(id)),
        rejected: rejectionReason !== null,
        tried: tried.has(tree),
        verdict: evaluation?.verdict,
        current: evaluation?.baseline === live,
      });
      index.proposals.setStatus(id, status);
    }
  });
}
