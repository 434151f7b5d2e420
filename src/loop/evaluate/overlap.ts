import { type ChangedText, findOverlaps, type Overlap } from "../../domain/overlap.ts";
import type { FileEntry } from "../../domain/paths.ts";
import type { Task } from "../../domain/task.ts";
import { changesBetween, listTree } from "../../git/tree.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { hiddenPaths } from "./visible.ts";

const submodule = "160000";
/** Larger files are no text that an agent is steered by. */
const mostBytes = 1024 * 1024;
/** What was copied from beyond that is taken for new: a warning too many. */
const mostBytesElsewhere = 32 * 1024 * 1024;

/**
 * Prompts and expected answers of the bank that a candidate writes into the configuration and the baseline has
 * nowhere. The bank itself and all else that no agent sees does not count.
 */
export async function overlaps(
  { git, objects }: Pick<Workspace, "git" | "objects">,
  { config }: Pick<Rules, "config">,
  { tasks }: { readonly tasks: readonly Task[] },
  { baselineTree, candidateTree }: { readonly baselineTree: string; readonly candidateTree: string },
): Promise<Overlap[]> {
  const textOf = async (entry: FileEntry | undefined): Promise<string> => {
    if (entry === undefined || entry.mode === submodule) return "";
    const blob = await objects.readBlob(entry.oid);
    return blob.length > mostBytes ? "" : blob.toString("utf8");
  };
  const hidden = hiddenPaths(config);
  const changes: ChangedText[] = [];
  for (const { path, before, after } of await changesBetween(git, baselineTree, candidateTree))
    if (after && !hidden(path))
      changes.push({ path, before: await textOf(before), after: await textOf(after) });
  if (changes.length === 0) return [];
  const exams = await Promise.all(
    tasks.map(async ({ name, prompt, criteria, solution, solutions }) => {
      const blobs = Object.values(solutions).map((oid) => textOf({ mode: "100644", oid }));
      const texts = await Promise.all(blobs);
      return { name, prompt, criteria, solutions: solution === undefined ? texts : [solution, ...texts] };
    }),
  );
  const found = findOverlaps(exams, changes);
  if (found.length === 0) return [];
  // It may have been copied from a file that stays: only now the others are read, and those that hold any of it kept.
  const suspects = exams.filter(({ name }) => found.some(({ task }) => task === name));
  const elsewhere: string[] = [];
  let left = mostBytesElsewhere;
  for (const [path, entry] of await listTree(git, baselineTree)) {
    if (hidden(path)) continue;
    const text = await textOf(entry);
    left -= text.length;
    if (left < 0) break;
    if (findOverlaps(suspects, [{ path, before: "", after: text }]).length > 0) elsewhere.push(text);
  }
  return findOverlaps(exams, changes, elsewhere);
}
