import { KiraError } from "../domain/errors.ts";
import type { Intent } from "../domain/entry.ts";
import { numberRef } from "../domain/proposal.ts";
import type { Workspace } from "../workspace.ts";
import { completeMerge } from "./merge.ts";
import { tagNode } from "./node.ts";
import { completeRestore } from "./rollback.ts";
import { hideBranch } from "./reject.ts";
import { publish } from "./submit.ts";

/**
 * Finishes what a killed command began. Production is the commit point: if it has moved, the rest is done now; if
 * not, the step is taken for not begun.
 */
export async function recover(workspace: Workspace): Promise<void> {
  if (!needsRecovery(workspace)) return;
  using lock = tryLock(workspace);
  // Whoever holds the lock is still at work on it.
  if (!lock) return;
  for (const intent of workspace.record.index.intents.open()) await finish(workspace, intent);
  await restoreRefs(workspace);
}

function needsRecovery({ record }: Workspace): boolean {
  return record.index.intents.open().length > 0 || record.index.facts.find("fingerprint") === undefined;
}

function tryLock(workspace: Workspace): Disposable | undefined {
  try {
    return workspace.lock("recovery");
  } catch (error) {
    if (error instanceof KiraError && error.code === "conflict") return undefined;
    throw error;
  }
}

async function finish(workspace: Workspace, intent: Intent): Promise<void> {
  const { refs, record, now, report } = workspace;
  const tip = await refs.findCommit(intent.ref);
  const moved =
    tip === intent.to ||
    (intent.step === "merge" && tip !== undefined && (await refs.isAncestor(intent.to, tip)));
  if (!moved) {
    record.write(() => [
      { kind: "completion", uuid: intent.uuid, timestamp: now().toISOString(), result: "conflict" },
    ]);
    report({
      kind: "notice",
      what: `A ${intent.step} that was interrupted before production moved was taken back; run it again.`,
    });
    return;
  }
  if (intent.step === "merge") await completeMerge(workspace, intent);
  else await completeRestore(workspace, intent);
  report({
    kind: "notice",
    what: `A ${intent.step} that was interrupted after production had moved was completed.`,
  });
}

/** Refs that follow from the record and are missing: branches and numbers of proposals, tags of nodes. */
async function restoreRefs(workspace: Workspace): Promise<void> {
  const { record, refs, objects } = workspace;
  const present = new Set((await refs.list("refs/kira", "refs/tags/kira")).map(({ name }) => name));
  for (const proposal of record.index.proposals.states()) {
    if (!present.has(numberRef(proposal.id)) && (await objects.has(proposal.commit)))
      await publish(workspace, proposal);
    if (proposal.rejectionReason !== null) await hideBranch(workspace, proposal);
  }
  for (const node of record.index.archive.list())
    if (!present.has(`refs/tags/${node.tag}`) && (await objects.has(node.commit)))
      await tagNode(workspace, node);
}
