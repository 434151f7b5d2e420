import type { ArchiveNode } from "../domain/node.ts";
import { renderPatch } from "../git/patch.ts";
import { changesBetween } from "../git/tree.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { draftNode, nodeBelow, tagNode } from "./merge/node.ts";
import { operationLines } from "./record/operation.ts";

/** Step 6. The accepted states of the configuration, as a tree. */
export interface ArchiveTree {
  readonly nodes: readonly ArchiveNode[];
  /** The node that production stands on or grew from. */
  readonly current: number | null;
}

export async function listArchive(
  workspace: Pick<Workspace, "refs" | "record" | "live">,
): Promise<ArchiveTree> {
  const { record, live } = workspace;
  return {
    nodes: record.index.archive.list(),
    current: live === undefined ? null : await nodeBelow(workspace, live),
  };
}

/** What a node changed against its parent, as a patch. */
export async function showNode(
  { record, git, objects }: Workspace,
  id: number,
): Promise<{ node: ArchiveNode; patch: string }> {
  const node = record.index.archive.get(id);
  if (node.parentId === null) return { node, patch: "" };
  const parent = record.index.archive.get(node.parentId);
  return { node, patch: await renderPatch(objects, await changesBetween(git, parent.tree, node.tree)) };
}

/**
 * Plants the first node on production, unless there is one.
 * @returns undefined in a clone that has the tags of another's nodes, and learns what they are with `sync`
 */
export async function plantRoot(
  workspace: Workspace,
  rules: Pick<Rules, "config" | "production" | "tree">,
): Promise<ArchiveNode | undefined> {
  const existing = workspace.record.index.archive.list()[0];
  if (existing) return existing;
  const known = await workspace.refs.list("refs/tags/kira/archive", "refs/kira/remotes");
  const hasSynced = known.some(({ name }) => name.startsWith("refs/kira/remotes/"));
  if (known.length > 0 && !hasSynced) return undefined;
  const node = await draftNode(workspace, rules, {
    commit: rules.production,
    tree: rules.tree,
    parentId: null,
    proposalId: null,
    restores: null,
    score: null,
    delta: null,
    interval: null,
    evaluationId: null,
    description: "where it began",
  });
  const moves = [{ ref: `refs/tags/${node.tag}`, from: undefined, to: node.commit }];
  const what = `${node.tag}, production as it was found`;
  workspace.record.write(() => [
    { kind: "node", ...node },
    ...operationLines(workspace, { command: "init", what, moves }),
  ]);
  await tagNode(workspace, node);
  return node;
}
