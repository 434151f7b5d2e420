import { setTimeout as sleep } from "node:timers/promises";
import type { Contents } from "../../domain/edits.ts";
import { KiraError } from "../../domain/errors.ts";
import { listTree } from "../../git/tree.ts";
import type { Workspace } from "../../workspace.ts";
import { parentCommit } from "./choose.ts";
import { type Groundwork, problemsOf } from "./situation.ts";
import { refuse } from "./submit.ts";

const stepMs = 200;

/**
 * The lock, however long another command keeps it: what a model was paid for is not thrown away.
 * @throws KiraError `interrupted` on the signal
 */
export async function lockToRecord(
  workspace: Pick<Workspace, "lock" | "report">,
  purpose: string,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  for (let isTold = false; ; isTold = true) {
    try {
      return workspace.lock(purpose, 0);
    } catch (error) {
      if (!(error instanceof KiraError && error.code === "conflict")) throw error;
      const what = `The change is there, and is recorded when nobody else writes. ${error.message}`;
      if (!isTold) workspace.report({ kind: "notice", what });
    }
    await sleep(stepMs, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted)
      throw new KiraError("interrupted", "Stopped; nothing was made of this. Run the command again.");
  }
}

/**
 * What a change is recorded on, once it has been thought out: production may have moved, and with it the rules.
 * @throws KiraError `conflict` if a file of the change is another now, `refused` if it may not be changed any more or
 *   another command has proposed the same
 */
export async function asOfNow(
  workspace: Workspace,
  groundwork: Groundwork,
  files: ReadonlyMap<string, string>,
  contents: Contents,
  idea: string,
): Promise<Pick<Groundwork, "rules" | "parent" | "tree" | "entries">> {
  const { objects, git, record } = workspace;
  const rules = await workspace.rules();
  if (record.index.proposals.ideas().has(idea))
    throw new KiraError(
      "refused",
      "Another command has proposed the same meanwhile. See it with: kira-improve proposals.",
    );
  if (rules.production === groundwork.rules.production) return groundwork;
  const parent = await parentCommit(workspace, rules, groundwork.wanted);
  const { tree } = await objects.readCommit(parent);
  const entries = await listTree(git, tree);
  const oidOf = (all: Groundwork["entries"], path: string) => all.get(path)?.oid;
  const moved = [...contents.keys()].filter(
    (path) => oidOf(entries, path) !== oidOf(groundwork.entries, path),
  );
  if (moved.length > 0)
    throw new KiraError(
      "conflict",
      `Production has moved meanwhile, and ${moved.join(", ")} changed on both sides. Run the command again.`,
      { paths: moved },
    );
  refuse(problemsOf({ rules, entries }, files, contents));
  return { rules, parent, tree, entries };
}
