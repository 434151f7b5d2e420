import type { FileEntry, PathChange } from "../domain/paths.ts";
import type { Git } from "./git.ts";

/** Every file of a tree, by path; links and submodules included. */
export async function listTree(git: Git, tree: string, ...paths: string[]): Promise<Map<string, FileEntry>> {
  const text = await git.foreign(["ls-tree", "-r", "-z", "--full-tree", tree, "--", ...paths]);
  const entries = new Map<string, FileEntry>();
  for (const line of text.split("\0")) {
    const tab = line.indexOf("\t");
    if (tab < 0) continue;
    const [mode = "", , oid = ""] = line.slice(0, tab).split(" ");
    entries.set(line.slice(tab + 1), { mode, oid });
  }
  return entries;
}

/** What differs between two trees, renames not guessed, with the size of each new content. */
export async function changesBetween(git: Git, before: string, after: string): Promise<PathChange[]> {
  const text = await git.foreign([
    "diff-tree",
    "-r",
    "-z",
    "--no-renames",
    "--full-index",
    "--abbrev=40",
    before,
    after,
  ]);
  const parts = text.split("\0");
  const changes: Omit<PathChange, "bytes">[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [oldMode = "", newMode = "", oldOid = "", newOid = ""] = parts[i]!.slice(1).split(" ");
    const entry = (mode: string, oid: string) => (/^0+$/.test(mode) ? undefined : { mode, oid });
    changes.push({ path: parts[i + 1]!, before: entry(oldMode, oldOid), after: entry(newMode, newOid) });
  }
  const sizes = await sizesOf(
    git,
    changes.flatMap(({ after: entry }) => (entry && entry.mode !== "160000" ? [entry.oid] : [])),
  );
  return changes.map((change) => ({
    ...change,
    bytes: change.after ? (sizes.get(change.after.oid) ?? 0) : 0,
  }));
}

async function sizesOf(git: Git, oids: readonly string[]): Promise<Map<string, number>> {
  if (oids.length === 0) return new Map();
  const text = await git.foreign(["cat-file", "--batch-check=%(objectname) %(objectsize)"], {
    stdin: oids.join("\n") + "\n",
  });
  return new Map(text.split("\n").map((line) => [line.slice(0, 40), Number(line.slice(41))]));
}
