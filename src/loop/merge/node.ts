import { type ArchiveNode, type ConfigSnapshot, tagOf, tagPrefix } from "../../domain/node.ts";
import { pathPolicy } from "../../domain/paths.ts";
import { messageWith, type Trailers } from "../../domain/trailers.ts";
import { digest } from "../../domain/trial.ts";
import { withoutHooks } from "../../git/git.ts";
import { expectSignedTags } from "../../git/sign.ts";
import { listTree } from "../../git/tree.ts";
import type { Rules, Workspace } from "../../workspace.ts";

/** A snapshot of more paths than this would not fit a journal line; the tree's id then stands for all. */
const mostPaths = 400;

type NewNode = Omit<ArchiveNode, "id" | "timestamp" | "tag" | "configHash" | "snapshot">;

/**
 * A node for a commit, not yet recorded or tagged, under the next free number.
 * @throws KiraError `unavailable` if it could not be tagged, for want of a signature
 */
export async function draftNode(
  { git, refs, record, now }: Workspace,
  { config }: Pick<Rules, "config">,
  facts: NewNode,
): Promise<ArchiveNode> {
  await expectSignedTags(git, facts.tree);
  const taken = (await refs.list(`refs/tags/${tagPrefix}`)).map(
    ({ name }) => Number(name.split("/").at(-1)) + 1,
  );
  const known = record.index.archive.latest();
  const id = Math.max(0, ...taken.filter(Number.isFinite), known ? known.id + 1 : 0);
  const refusal = pathPolicy(config);
  const managed = [...(await listTree(git, facts.tree))]
    .filter(([path]) => refusal(path) === undefined)
    .map(([path, { oid }]) => [path, oid] as const);
  const snapshot: ConfigSnapshot = Object.fromEntries(
    managed.length <= mostPaths ? managed : [["tree", facts.tree]],
  );
  return {
    id,
    timestamp: now().toISOString(),
    tag: tagOf(id),
    configHash: digest(...managed.flat()),
    snapshot,
    ...facts,
  };
}

/** What the tag of a node says. */
export function nodeMessage(node: ArchiveNode): string {
  const { parentId, proposalId, restores, tree, score, delta, interval, evaluationId } = node;
  const given = (name: string, value: string | number | null): Trailers =>
    value === null ? [] : [[name, String(value)]];
  return messageWith(`${node.tag}: ${node.description}`, "", [
    ...given("Node", node.id),
    ...given("Parent-Node", parentId),
    ...given("Proposal", proposalId),
    ...given("Restores", restores),
    ...given("Tree", tree),
    ...given("Config", node.configHash),
    ...given("Score", score?.toFixed(4) ?? null),
    ...given("Delta", delta?.toFixed(4) ?? null),
    ...given("Interval", interval?.map((x) => x.toFixed(4)).join(" ") ?? null),
    ...given("Evaluation", evaluationId),
    ["Schema", "1"],
  ]);
}

/** Tags a node's commit. Safe to do again: a tag that is there already stays. */
export async function tagNode(
  { git, refs }: Pick<Workspace, "git" | "refs">,
  node: ArchiveNode,
): Promise<void> {
  if ((await refs.list(`refs/tags/${node.tag}`)).length > 0) return;
  // git 2.39 answers a key that is gone with a tag that is not signed.
  await expectSignedTags(git, node.tree);
  // A message makes it annotated; --annotate would overrule tag.forceSignAnnotated.
  const args = ["tag", "--file=-", "--cleanup=verbatim", node.tag, node.commit];
  await git.user([...withoutHooks, ...args], { stdin: nodeMessage(node) });
}

/** The node that production stands on or grew from. */
export async function nodeBelow(
  { refs, record }: Pick<Workspace, "refs" | "record">,
  commit: string,
): Promise<number | null> {
  const exact = record.index.archive.findByCommit(commit);
  if (exact) return exact.id;
  // Nodes lie on one line of production, so if the newest is below there is none between; all refs take ten times
  // as long to ask.
  const latest = record.index.archive.latest();
  if (latest && (await refs.isAncestor(latest.commit, commit))) return latest.id;
  const merged = await refs.merged(commit, "refs/tags/kira/archive");
  const ids = [...merged]
    .map((name) => Number(name.split("/").at(-1)))
    .filter((id) => record.index.archive.find(id));
  return ids.length === 0 ? null : Math.max(...ids);
}
