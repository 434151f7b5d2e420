import {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { FileEntry } from "../domain/paths.ts";
import { KiraError } from "../domain/errors.ts";
import { removeAll } from "./remove.ts";

/** What a folder is to hold, exactly: path → mode and content. */
export type Manifest = ReadonlyMap<string, ManifestEntry>;
export type ManifestEntry = FileEntry & { readonly content: Buffer };

export const link = "120000";
const program = "100755";
/** Read into again and again: a new buffer for each file of each trial would be most of our garbage. */
const part = Buffer.alloc(64 * 1024);
const folders = new WeakMap<Manifest, ReadonlySet<string>>();

/**
 * Makes a folder equal a manifest, by content and not by time stamps, which an agent can set. Not asynchronous: a
 * hundred small files take two milliseconds, and thirty where each call waits for its turn.
 */
export function restore(directory: string, manifest: Manifest): void {
  if (!lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    rmSync(directory, { force: true });
    mkdirSync(directory);
  }
  const right = removeStrangers(directory, manifest);
  for (const [path, entry] of manifest) {
    if (right.has(path)) continue;
    const file = join(directory, path);
    removeAll(file);
    mkdirSync(dirname(file), { recursive: true });
    if (entry.mode === link) symlinkSync(entry.content.toString("utf8"), file);
    else {
      writeFileSync(file, entry.content, { flag: "wx" });
      chmodSync(file, entry.mode === program ? 0o755 : 0o644);
    }
    if (!equals(file, entry))
      throw new KiraError(
        "unavailable",
        `The trial's file ${path} cannot be restored. Check the disk behind ${directory}.`,
      );
  }
}

/**
 * Deletes what is not in the manifest; a folder in the place of a file, or a link in the place of a folder, too.
 * @returns the paths that are as they should be
 */
function removeStrangers(directory: string, manifest: Manifest): Set<string> {
  const kept = foldersOf(manifest);
  const right = new Set<string>();
  const walk = (inside: string): void => {
    const here = join(directory, inside);
    chmodSync(here, 0o755);
    for (const entry of entriesOf(here)) {
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      const wanted = manifest.get(path);
      if (entry.isDirectory() && kept.has(path)) walk(path);
      else if (wanted && !entry.isDirectory()) {
        if (equals(join(directory, path), wanted)) right.add(path);
      } else removeAll(join(directory, path));
    }
  };
  walk("");
  return right;
}

/** What is in a folder. Names that are no UTF-8, and so no path can say, are replaced by some that a path can. */
function entriesOf(folder: string): Dirent[] {
  const isBad = (name: string) => name.includes("\ufffd");
  const entries = readdirSync(folder, { withFileTypes: true });
  if (!entries.some(({ name }) => isBad(name))) return entries;
  for (const name of readdirSync(folder, { encoding: "buffer" }))
    if (isBad(name.toString()))
      renameSync(Buffer.concat([Buffer.from(`${folder}/`), name]), join(folder, crypto.randomUUID()));
  return readdirSync(folder, { withFileTypes: true });
}

function foldersOf(manifest: Manifest): ReadonlySet<string> {
  const known = folders.get(manifest);
  if (known) return known;
  const found = new Set<string>();
  for (const path of manifest.keys())
    for (let at = dirname(path); at !== "." && !found.has(at); at = dirname(at)) found.add(at);
  folders.set(manifest, found);
  return found;
}

/** Whether a file has the mode and every byte of what it should be, and no second name. */
export function equals(path: string, { mode, content }: ManifestEntry): boolean {
  if (mode === link) return isLinkTo(path, content.toString("utf8"));
  let file: number;
  try {
    // Opening a pipe would wait for a writer, were it not for O_NONBLOCK.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.nlink > 1 || found.size !== content.length) return false;
    if ((found.mode & 0o7777) !== (mode === program ? 0o755 : 0o644)) return false;
    for (let at = 0; at < content.length;) {
      const read = readSync(file, part, 0, Math.min(part.length, content.length - at), at);
      if (read === 0 || part.compare(content, at, at + read, 0, read) !== 0) return false;
      at += read;
    }
    return true;
  } finally {
    closeSync(file);
  }
}

function isLinkTo(path: string, target: string): boolean {
  try {
    return readlinkSync(path) === target;
  } catch {
    return false;
  }
}
