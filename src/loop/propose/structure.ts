import type { Config } from "../../domain/config.ts";
import { isMarkdown, linksIn } from "../../domain/links.ts";
import type { FileEntry, PathChange } from "../../domain/paths.ts";
import { readingLimits } from "../../domain/presets.ts";
import type { FileChange } from "../../domain/risk.ts";
import { structureProblems } from "../../domain/structure.ts";
import type { Blobs } from "../../git/objects.ts";
import { listTree } from "../../git/tree.ts";
import type { Workspace } from "../../workspace.ts";

/** What a change makes of its files, as text; of one that is none, nothing is known. */
export async function readChanges(objects: Blobs, changes: readonly PathChange[]): Promise<FileChange[]> {
  const textOf = async (entry: FileEntry | undefined) => {
    if (entry === undefined) return undefined;
    const blob = await objects.readBlob(entry.oid);
    return blob.includes(0) ? "" : blob.toString("utf8");
  };
  return Promise.all(
    changes.map(async ({ path, before, after }) => ({
      path,
      before: await textOf(before),
      after: await textOf(after),
    })),
  );
}

/** What a change breaks in the form of its files; the tree is listed only if a link has to be looked up. */
export async function structureOf(
  { git, objects }: Pick<Workspace, "git" | "objects">,
  { preset }: Pick<Config, "preset">,
  { base, tree }: { readonly base: string; readonly tree: string },
  changes: readonly FileChange[],
): Promise<string[]> {
  const limits = preset && readingLimits[preset];
  const unchanged = new Map<string, number>();
  for (const name of limits?.names ?? []) {
    const entry = changes.some(({ path }) => path === name) ? undefined : await objects.find(tree, name);
    if (entry) unchanged.set(name, (await objects.readBlob(entry.oid)).toString("utf8").length);
  }
  const hasLinks = changes.some(({ path, after = "" }) => isMarkdown(path) && linksIn(after).length > 0);
  const before = new Set(hasLinks ? (await listTree(git, base)).keys() : []);
  const after = new Set(before);
  for (const { path, after: text } of changes) text === undefined ? after.delete(path) : after.add(path);
  return structureProblems(changes, { before, after, limits, unchanged });
}
