import { KiraError } from "../domain/errors.ts";
import type { ArchiveNode } from "../domain/node.ts";
import { type FileEntry, pathPolicy } from "../domain/paths.ts";
import { messageWith } from "../domain/trailers.ts";
import { writeCommit } from "../git/sign.ts";
import { changesBetween } from "../git/tree.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { completeMove, intentOf, moveProduction, pushedTo } from "./merge/move-production.ts";
import { draftNode, nodeBelow } from "./merge/node.ts";

/** Production moved back, moved forward again to a node that grew from it, or given a commit that restores. */
export type RollbackWay = "reset" | "forward" | "restore";

export interface Rollback {
  readonly node: ArchiveNode;
  readonly way: RollbackWay;
  /** Why this way. */
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  /** The node that a restore made. */
  readonly made: ArchiveNode | null;
}

/** Brings an earlier state back: production moves back to its tag when that is safe, else a commit restores it. */
export async function rollback(
  workspace: Workspace,
  id: number,
  forced?: Exclude<RollbackWay, "forward">,
): Promise<Rollback> {
  using _lock = workspace.lock("rollback");
  const rules = await workspace.rules();
  const node = workspace.record.index.archive.get(id);
  if (node.commit === rules.production)
    throw new KiraError(
      "conflict",
      `Production stands on ${node.tag} already. Choose another node: kira-improve archive --list.`,
    );
  if (forced === undefined && (await workspace.refs.isAncestor(rules.production, node.commit)))
    return move(workspace, rules, node, "forward", "it grew from where production stands");
  const obstacle = await whyNotReset(workspace, rules, node);
  if (forced === "reset" && obstacle)
    throw new KiraError(
      "refused",
      `Production cannot be moved back to ${node.tag}: ${obstacle}. Restore it with a new commit: kira-improve archive --rollback ${id} --restore.`,
    );
  const way = forced ?? (obstacle ? "restore" : "reset");
  const reason =
    way === "reset" ? "every commit since is ours and none has been pushed" : (obstacle ?? "as you asked");
  return way === "reset"
    ? move(workspace, rules, node, way, reason)
    : restore(workspace, rules, node, reason);
}

async function whyNotReset(
  { refs, git, record }: Workspace,
  { production }: Rules,
  node: ArchiveNode,
): Promise<string | undefined> {
  if (!(await refs.isAncestor(node.commit, production))) return "it is not an ancestor of production";
  const since = (await git.foreign(["rev-list", `${node.commit}..${production}`]))
    .split("\n")
    .filter(Boolean);
  const strangers = since.filter(
    (commit) => !record.index.proposals.findByCommit(commit) && !record.index.archive.findByCommit(commit),
  );
  if (strangers.length > 0)
    return `${strangers.length} of the ${since.length} commits since are not kira-improve's`;
  const remote = await pushedTo({ git }, { keep: node.commit, leave: production });
  return remote && `commits since are on ${remote}`;
}

async function move(
  workspace: Workspace,
  { production }: Rules,
  node: ArchiveNode,
  way: "reset" | "forward",
  reason: string,
): Promise<Rollback> {
  const intent = intentOf(workspace, {
    step: "rollback",
    from: production,
    to: node.commit,
    note: `${way} to ${node.tag}`,
  });
  await moveProduction(workspace, intent, way === "reset" ? "back" : "forward");
  await completeMove(workspace, intent);
  workspace.report({
    kind: "step",
    step: "rollback",
    what: `production moved to ${node.tag}`,
    why: `${way}: ${reason}`,
  });
  return { node, way, reason, from: production, to: node.commit, made: null };
}

async function restore(
  workspace: Workspace,
  rules: Rules,
  node: ArchiveNode,
  reason: string,
): Promise<Rollback> {
  const { git, now, report } = workspace;
  const tree = await treeWith(workspace, rules, node);
  if (tree === rules.tree)
    throw new KiraError(
      "conflict",
      `The managed files already equal those of ${node.tag}. Choose another node: kira-improve archive --list.`,
    );
  const committer = await git.committer();
  const commit = await writeCommit(workspace, {
    tree,
    parents: [rules.production],
    message: messageWith(
      `revert: restore ${node.tag}`,
      `The managed files are those of ${node.tag} again: ${node.description}.`,
      [
        ["Restores", String(node.id)],
        ["Schema", "1"],
      ],
    ),
    author: committer,
    committer,
    at: now(),
  });
  const made = await draftNode(workspace, rules, {
    commit,
    tree,
    parentId: await nodeBelow(workspace, rules.production),
    proposalId: null,
    restores: node.id,
    score: node.score,
    delta: null,
    interval: null,
    evaluationId: null,
    description: `restores ${node.tag}`,
  });
  const intent = intentOf(workspace, {
    step: "rollback",
    from: rules.production,
    to: commit,
    node: made,
    note: `restore ${node.tag}`,
  });
  await moveProduction(workspace, intent, "forward");
  await completeMove(workspace, intent);
  report({ kind: "step", step: "rollback", what: `${made.tag} restores ${node.tag}`, why: reason });
  return { node, way: "restore", reason, from: rules.production, to: commit, made };
}

/** Production's tree with the managed paths as they were at a node. */
export async function treeWith(
  { git, objects }: Pick<Workspace, "git" | "objects">,
  { config, tree }: Pick<Rules, "config" | "tree">,
  node: ArchiveNode,
): Promise<string> {
  const refusal = pathPolicy(config);
  const managed = (path: string) => refusal(path) === undefined;
  const changes = new Map<string, FileEntry | undefined>();
  for (const { path, before } of await changesBetween(git, node.tree, tree))
    if (managed(path)) changes.set(path, before);
  return (await objects.writeTree(tree, changes)) ?? tree;
}
