import { lstatSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Intent } from "../../domain/entry.ts";
import { withoutHooks } from "../../git/git.ts";
import type { Workspace } from "../../workspace.ts";
import { worktreeOn } from "./checkout.ts";

/**
 * Puts back the files that a killed git has changed on the way to a commit that it did not reach. They are known by
 * what they hold, that commit's content or the beginning of it, written since git was called. All else is the user's
 * and stays.
 * @param since when git was called, in milliseconds
 * @returns the paths that were put back
 */
export async function putFilesBack(
  workspace: Pick<Workspace, "git" | "refs">,
  { ref, from, to }: Pick<Intent, "ref" | "from" | "to">,
  since: number,
): Promise<string[]> {
  const { git, refs } = workspace;
  const directory = await worktreeOn(workspace, ref);
  if (directory === undefined || (await refs.findCommit(ref)) !== from) return [];
  const names = ["-r", "-z", "--no-renames", "--name-only"];
  const between = async (filter: string) =>
    pathsIn(await git.foreign(["diff-tree", ...names, `--diff-filter=${filter}`, from, to]));
  const isOurs = (path: string) => isWrittenSince(since, git, directory, path, to);

  const added = await filtered(await between("A"), async (path) => {
    return contentOf(join(directory, path)) !== undefined && (await isOurs(path));
  });
  for (const path of added) removeWithFolders(directory, path);
  const listed = { stdin: added.map((path) => `${path}\0`).join(""), directory, whole: true };
  if (added.length > 0) await git.user(["update-index", "--force-remove", "-z", "--stdin"], listed);

  const others = new Set(await between("a"));
  const diff = [
    "diff",
    "--name-only",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--ignore-submodules=all",
    from,
  ];
  const differing = pathsIn(await git.user(diff, { directory })).filter((path) => others.has(path));
  const changed = await filtered(differing, isOurs);
  const checkout = ["checkout", "--quiet", from, "--pathspec-from-file=-", "--pathspec-file-nul"];
  if (changed.length > 0)
    await git.user([...withoutHooks, "--literal-pathspecs", ...checkout], {
      stdin: changed.join("\0"),
      directory,
      whole: true,
    });
  return [...added, ...changed].sort();
}

/** Whether a file is gone or holds what the commit has there, or the beginning of it, and not for longer than that. */
async function isWrittenSince(
  since: number,
  git: Workspace["git"],
  directory: string,
  path: string,
  commit: string,
): Promise<boolean> {
  const file = join(directory, path);
  if (lastChange(file) < since) return false;
  const here = contentOf(file);
  if (here === undefined) return true; // removed, to be written anew
  // As the user's filters make it; the last line's end is lost on the way.
  const { status, stdout } = await git.userAnswer(["cat-file", "--filters", `${commit}:${path}`], {
    directory,
    answers: [1, 128],
    encoding: "latin1",
  });
  return status === 0 && `${stdout}\n`.startsWith(here);
}

/** When a file, or the folder that it is missing from, was last changed. */
function lastChange(path: string): number {
  return statOf(path)?.ctimeMs ?? lastChange(dirname(path));
}

/** Each byte a character; undefined for what is no file. */
function contentOf(file: string): string | undefined {
  const stat = statOf(file);
  if (stat?.isSymbolicLink()) return readlinkSync(file, "latin1");
  return stat?.isFile() ? readFileSync(file, "latin1") : undefined;
}

function statOf(path: string) {
  try {
    return lstatSync(path);
  } catch {
    return undefined; // not there, or a file where a folder would have to be
  }
}

/** With the folders that are empty then, as git does it. */
function removeWithFolders(directory: string, path: string): void {
  rmSync(join(directory, path));
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    try {
      rmdirSync(join(directory, folder));
    } catch {
      return; // not empty
    }
  }
}

const pathsIn = (text: string) => text.split("\0").filter(Boolean);

async function filtered<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (const item of items) if (await test(item)) kept.push(item);
  return kept;
}
