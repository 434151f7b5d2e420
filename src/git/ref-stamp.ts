import { createHash } from "node:crypto";
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "./repository.ts";

/**
 * Differs from what it was as soon as anyone makes, moves or deletes a ref below the prefixes, or packs refs. It takes
 * no process and reads no ref: git writes a ref beside its place and renames it, so a folder's time tells.
 * @param prefixes such as `refs/tags/kira`
 */
export function stampRefs({ commonDir }: Pick<Repository, "commonDir">, prefixes: readonly string[]): string {
  const stamp = createHash("sha1").update(timeOf(join(commonDir, "packed-refs")));
  for (const prefix of prefixes) stampFolder(stamp, join(commonDir, prefix));
  return stamp.digest("hex");
}

function stampFolder(stamp: ReturnType<typeof createHash>, folder: string): void {
  const time = timeOf(folder);
  stamp.update(`\n${folder} ${time}\n`);
  if (time === "") return;
  const entries = entriesOf(folder);
  // The names, too: two changes may share a tick of the clock.
  stamp.update(entries.map(({ name }) => name).join("\n"));
  for (const entry of entries) if (entry.isDirectory()) stampFolder(stamp, join(folder, entry.name));
}

/** None where a branch has the folder's name, and in a folder that git has just taken away. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOTDIR", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

function timeOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
}
