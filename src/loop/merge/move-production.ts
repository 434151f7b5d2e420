import { randomUUID } from "node:crypto";
import type { Intent } from "../../domain/entry.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Workspace } from "../../workspace.ts";
import { fastForward, moveBack } from "./checkout.ts";
import { tagNode } from "./node.ts";
import { keptTip, operationOfIntent } from "../record/operation.ts";

/** What is about to be done to production. */
export function intentOf(
  { now, settings }: Pick<Workspace, "now" | "settings">,
  about: Pick<Intent, "step" | "from" | "to" | "note"> & Partial<Intent>,
): Intent {
  return {
    uuid: randomUUID(),
    timestamp: now().toISOString(),
    ref: `refs/heads/${settings.production}`,
    node: null,
    proposalId: null,
    ...about,
  };
}

/**
 * Moves production as an intent says: that is on record first, and what follows from it is derived, here or by
 * recovery. The old tip stays reachable where production goes back.
 */
export async function moveProduction(
  workspace: Workspace,
  intent: Intent,
  way: "back" | "forward",
): Promise<void> {
  const { record, refs, now } = workspace;
  const { uuid, ref, from, to } = intent;
  record.write(() => [{ kind: "intent", ...intent }]);
  try {
    if (way === "back") {
      await refs.move([{ ref: keptTip(intent), from: undefined, to: from }]);
      await moveBack(workspace, ref, from, to);
    } else await fastForward(workspace, ref, from, to);
  } catch (error) {
    // A git that was killed may have stopped half way: whoever comes next looks at what it has done.
    if (error instanceof KiraError && error.code === "interrupted") throw error;
    record.write(() => [{ kind: "completion", uuid, timestamp: now().toISOString(), result: "conflict" }]);
    throw error;
  }
}

/** What follows from production that has moved, beside a merge: done by the step, or by recovery after a crash. */
export async function completeMove(workspace: Workspace, intent: Intent, recovered = false): Promise<void> {
  const { uuid, node } = intent;
  const timestamp = workspace.now().toISOString();
  workspace.record.write(() => [
    ...(node ? [{ kind: "node" as const, ...node }] : []),
    { kind: "completion" as const, uuid, timestamp, result: "done" as const },
    operationOfIntent(workspace, intent, recovered),
  ]);
  if (node) await tagNode(workspace, node);
}

/** A remote's branch that holds the first of the commits which production would leave; undefined if none does. */
export async function pushedTo(
  { git }: Pick<Workspace, "git">,
  { keep, leave }: { readonly keep: string; readonly leave: string },
): Promise<string | undefined> {
  const first = (await git.foreign(["rev-list", `${keep}..${leave}`])).split("\n").at(-1);
  const format = "--format=%(refname:short)";
  const text = await git.foreign(["for-each-ref", format, `--contains=${first}`, "refs/remotes"]);
  return text === "" ? undefined : text.split("\n")[0];
}
