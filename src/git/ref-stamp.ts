import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
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
  const entries = readdirSync(folder, { withFileTypes: true });
  // The names, too: two changes may share a tick of the clock.
  stamp.update(entries.map(({ name }) => name).join("\n"));
  for (const entry of entries) if (entry.isDirectory()) stampFolder(stamp, join(folder, entry.name));
}

function timeOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
}
