import { numberRef, statusOf } from "../domain/proposal.ts";
import { messageOf } from "../domain/errors.ts";
import type { Workspace } from "../workspace.ts";
import { fingerprintOf, isUpToDate } from "./fingerprint.ts";
import { readHistory } from "./history.ts";
import { putRefsInPlace, recover } from "./recover.ts";

/**
 * Brings the index up to what git and the journal say now: every command that reads or decides begins with it. With
 * nothing new it starts no process.
 */
export async function refresh(workspace: Workspace): Promise<void> {
  const { record, report } = workspace;
  record.catchUp();
  await recover(workspace);
  const found = await readHistory(workspace).catch((error: unknown) => {
    report({ kind: "notice", what: `The history could not be searched for outcomes: ${messageOf(error)}` });
    return 0;
  });
  if (found > 0) report({ kind: "step", step: "history", what: `${found} outcomes found in commits` });
  if (isUpToDate(workspace)) return;
  await computeStatuses(workspace);
  // While a writer is at work its refs may be on their way: whoever comes after it looks again.
  if (await putRefsInPlace(workspace)) settle(workspace);
}

/** Statuses follow from production and the record: derived again when either has moved. */
export async function deriveStatuses(workspace: Workspace): Promise<void> {
  if (isUpToDate(workspace)) return;
  await computeStatuses(workspace);
  settle(workspace);
}

/** Remembers that everything derived is right for what git and the journal say now. */
function settle(workspace: Workspace): void {
  workspace.record.index.facts.set("fingerprint", fingerprintOf(workspace));
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
      const evaluation = index.evaluations.of(id).at(-1);
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
