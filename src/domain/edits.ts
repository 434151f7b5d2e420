import { createHash } from "node:crypto";
import { diffLines } from "diff";
import { KiraError } from "./errors.ts";
import { linesWith, nearestPassage } from "./passage.ts";
import { fit } from "./printable.ts";
import type { Edit } from "./proposal.ts";

/** New contents by path; undefined for a file that goes. */
export type Contents = ReadonlyMap<string, string | undefined>;

/** Every wrong edit tells what is wrong with it, so that whoever wrote it can correct it. */
const invalid = (message: string) => new KiraError("invalid", message);

/**
 * Applies all edits or none. Line endings, the byte order mark and the last newline of a file stay as they are,
 * whichever the edit has.
 * @throws KiraError `invalid` if a text to replace is missing or not unique, a file to delete is not there, an edit
 *   changes nothing, or a file would stand where a folder is
 */
export function applyEdits(files: ReadonlyMap<string, string>, edits: readonly Edit[]): Contents {
  const contents = new Map<string, string | undefined>();
  for (const edit of edits) {
    const before = contents.has(edit.path) ? contents.get(edit.path) : files.get(edit.path);
    const after = applyEdit(before, edit);
    if (after === before) throw invalid(`The edit of ${edit.path} changes nothing. Leave it out.`);
    contents.set(edit.path, after);
  }
  for (const [path, content] of contents) if (content === files.get(path)) contents.delete(path);
  if (contents.size === 0) throw invalid("Together the edits change nothing. Propose a change.");
  const [clash] = clashes(files.keys(), contents);
  if (clash !== undefined) throw invalid(`${clash} Choose another path.`);
  return contents;
}

function applyEdit(before: string | undefined, edit: Edit): string | undefined {
  if (edit.kind === "write") return before ? likeBefore(before, edit.content) : edit.content;
  if (before === undefined)
    throw invalid(`${edit.path} is to be changed but does not exist. Write the whole file instead.`);
  if (edit.kind === "delete") return undefined;
  const wanted = [edit.find, withEndings(before, edit.find)].find(
    (find) => find !== "" && before.includes(find),
  );
  if (wanted === undefined) throw notFound(edit.path, before, edit.find);
  const at = before.indexOf(wanted);
  if (before.includes(wanted, at + 1)) {
    const lines = linesWith(before, wanted);
    throw invalid(
      `The text to replace in ${edit.path} occurs ${before.split(wanted).length - 1} times or overlaps itself (lines ${lines.join(", ")}). Quote a longer passage that occurs exactly once.`,
    );
  }
  return before.slice(0, at) + withEndings(before, edit.replace) + before.slice(at + wanted.length);
}

function notFound(path: string, before: string, find: string): KiraError {
  const nearest = nearestPassage(before, find);
  const hint =
    nearest === undefined
      ? "Nothing in the file is like it."
      : `The nearest is ${nearest.likeness === 1 ? "the same but for white space" : `${Math.floor(100 * nearest.likeness)} % alike`}, at line ${nearest.line}: ${JSON.stringify(fit(nearest.text, 1_500))}.`;
  return invalid(
    `The text to replace in ${path} occurs 0 times. ${hint} Quote a passage exactly as it stands, once.`,
  );
}

const isCrLf = (text: string) => text.includes("\r\n") && !/(?<!\r)\n/.test(text);

/** The text with the line endings of a file, if all of that file's are alike. */
function withEndings(file: string, text: string): string {
  if (isCrLf(file)) return text.replace(/\r?\n/g, "\r\n");
  return file.includes("\r\n") ? text : text.replaceAll("\r\n", "\n");
}

function likeBefore(before: string, content: string): string {
  let text = withEndings(before, content);
  if (before.startsWith("\ufeff") && !text.startsWith("\ufeff")) text = `\ufeff${text}`;
  if (text.trim() === "") return text;
  if (!before.endsWith("\n")) return text.replace(/(\r?\n)+$/, "");
  return text.endsWith("\n") ? text : `${text}${isCrLf(before) ? "\r\n" : "\n"}`;
}

/**
 * New files that would stand where a folder is, or need a folder where a file is, as sentences: git would let them take
 * the other's place without a word.
 * @param existing paths before the change
 */
export function clashes(existing: Iterable<string>, contents: Contents): string[] {
  const before = new Set(existing);
  const written = [...contents].flatMap(([path, content]) => (content === undefined ? [] : [path]));
  const added = written.filter((path) => !before.has(path));
  if (added.length === 0) return [];
  const after = new Set([...[...before].filter((path) => !contents.has(path)), ...written]);
  const folders = new Set([...after].flatMap(foldersOf));
  return added.flatMap((path) => {
    const file = foldersOf(path).find((folder) => after.has(folder));
    if (file !== undefined) return [`${path} needs a folder where the file ${file} is.`];
    return folders.has(path) ? [`${path} is a folder and cannot be a file.`] : [];
  });
}

function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
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
