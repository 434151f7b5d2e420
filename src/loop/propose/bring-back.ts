import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../domain/config.ts";
import { type FileEntry, pathPolicy } from "../../domain/paths.ts";
import { textOf } from "../../git/objects.ts";

/** What a program made of a folder. */
export interface Brought {
  readonly files: ReadonlyMap<string, string>;
  /** What cannot be proposed, as sentences. */
  readonly refused: readonly string[];
}

const mostFiles = 2000;
const program = "100755";

/**
 * Reads a folder that a program has worked in. It chose what stands there: no link is followed, and no more is read
 * than a proposal may hold.
 * @param before the tree that the files come from, those that it was not shown included
 * @param shown the paths that were laid out
 */
export function bringBack(
  directory: string,
  before: ReadonlyMap<string, FileEntry>,
  shown: ReadonlySet<string>,
  config: Pick<Config, "allow" | "protect" | "tasks" | "index" | "limits">,
): Brought {
  const { fileBytes, changeBytes } = config.limits;
  const refusal = pathPolicy(config);
  const files = new Map<string, string>();
  const refused: string[] = [];
  let room = changeBytes + shown.size * fileBytes;
  let seen = 0;
  const take = (path: string) => {
    const reason = refusal(path);
    if (reason !== undefined) {
      refused.push(`${JSON.stringify(path)} may not be changed: ${reason}.`);
      return;
    }
    const found = readText(join(directory, path), path, fileBytes, before.get(path));
    if ("why" in found) refused.push(`${JSON.stringify(path)} ${found.why}.`);
    else if (before.has(path) && !shown.has(path))
      refused.push(`${JSON.stringify(path)} takes the place of a file that it was not shown.`);
    else files.set(path, found.text);
    room -= "text" in found ? found.text.length : 0;
  };
  const walk = (inside: string): boolean => {
    for (const entry of readdirSync(join(directory, inside), { withFileTypes: true })) {
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (++seen > mostFiles || room < 0) return false;
      if (!entry.isDirectory() || path.includes("\ufffd")) take(path);
      else if (!walk(path)) return false;
    }
    return true;
  };
  try {
    if (!walk("")) refused.push(`It left more than ${mostFiles} files, or more text than may change.`);
  } catch {
    refused.push("It left folders that cannot be read."); // deeper than a path may be long, or gone altogether
  }
  return { files, refused };
}

type Read = { readonly text: string } | { readonly why: string };

function readText(file: string, path: string, most: number, before: FileEntry | undefined): Read {
  let open: number;
  try {
    // Opening a pipe would wait for a writer, were it not for O_NONBLOCK.
    open = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const isLink = (error as NodeJS.ErrnoException).code === "ELOOP";
    return { why: isLink ? "is a symbolic link" : "cannot be read" };
  }
  try {
    const { isFile, size, nlink, mode } = kindOf(open);
    if (!isFile) return { why: "is no regular file" };
    if (nlink > 1) return { why: "has a second name" };
    if (size > most) return { why: `is ${size} bytes; the limit is ${most}` };
    const runs = (mode & 0o111) !== 0;
    if (runs !== (before?.mode === program))
      return { why: before ? "changes its file mode" : "is executable" };
    const bytes = Buffer.alloc(size);
    const read = readSync(open, bytes, 0, size, 0);
    if (bytes.includes(0)) return { why: "is not text" };
    return { text: textOf(bytes.subarray(0, read), path) };
  } catch {
    return { why: "is not text in UTF-8" };
  } finally {
    closeSync(open);
  }
}

function kindOf(open: number) {
  const found = fstatSync(open);
  return { isFile: found.isFile(), size: found.size, nlink: found.nlink, mode: found.mode };
}
