import type { Workspace } from "../../workspace.ts";

/** A tree, or the paths that were changed on both sides. */
export type Merged = { readonly tree: string } | { readonly conflicting: readonly string[] };

/** The content of one commit on another: as it is if it grew from there, else as a three-way merge. */
export async function contentOn(
  { refs, objects, git }: Pick<Workspace, "refs" | "objects" | "git">,
  parent: string,
  commit: string,
): Promise<Merged> {
  const { tree: own, parents } = await objects.readCommit(commit);
  if (parents.includes(parent) || (await refs.isAncestor(parent, commit))) return { tree: own };
  const { status, stdout } = await git.foreignAnswer(
    ["merge-tree", "--write-tree", "--name-only", "-z", parent, commit],
    { answers: [1] },
  );
  const [tree = "", ...paths] = stdout.split("\0");
  // An empty field ends the paths; messages for people follow.
  return status === 0 ? { tree } : { conflicting: paths.slice(0, paths.indexOf("")) };
}
