import { createHash } from "node:crypto";
import { diffLines } from "diff";
import { KiraError } from "./errors.ts";
import type { Edit } from "./proposal.ts";

/** New contents by path; undefined for a file that goes. */
export type Contents = ReadonlyMap<string, string | undefined>;

/**
 * Applies all edits or none.
 * @throws KiraError `invalid` if a text to replace is missing or not unique, or a file to delete is not there
 */
export function applyEdits(files: ReadonlyMap<string, string>, edits: readonly Edit[]): Contents {
  const contents = new Map<string, string | undefined>();
  const current = (path: string) => (contents.has(path) ? contents.get(path) : files.get(path));
  for (const edit of edits) {
    const before = current(edit.path);
    if (edit.kind === "write") {
      contents.set(edit.path, edit.content);
      continue;
    }
    if (before === undefined)
      throw new KiraError(
        "invalid",
        `${edit.path} is to be changed but does not exist. Write the whole file instead.`,
      );
    if (edit.kind === "delete") {
      contents.set(edit.path, undefined);
      continue;
    }
    const found = edit.find === "" ? 0 : before.split(edit.find).length - 1;
    if (found !== 1)
      throw new KiraError(
        "invalid",
        `The text to replace in ${edit.path} occurs ${found} times. Quote a passage that occurs exactly once.`,
      );
    contents.set(
      edit.path,
      before.replace(edit.find, () => edit.replace),
    );
  }
  return contents;
}

/**
 * Names an idea by the lines it takes away and adds, not by where it stands: the same idea on another parent has the
 * same digest, as with `git patch-id`.
 */
export function ideaDigest(before: ReadonlyMap<string, string | undefined>, after: Contents): string {
  const hash = createHash("sha256");
  for (const path of [...after.keys()].sort()) {
    hash.update(`\0${path}\0`);
    for (const { added, removed, value } of diffLines(before.get(path) ?? "", after.get(path) ?? ""))
      if (added || removed) hash.update(JSON.stringify([added, value]));
  }
  return hash.digest("hex");
}
