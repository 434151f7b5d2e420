import { createHash } from "node:crypto";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
  chmod,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import type { FileEntry } from "../domain/paths.ts";
import { KiraError } from "../domain/errors.ts";
import type { Git } from "./git.ts";
import type { Objects } from "./objects.ts";

/** What a folder is to hold, exactly: path → mode and content. */
export type Manifest = ReadonlyMap<string, FileEntry & { readonly content: Buffer }>;

/** A linked working tree for trials, used again and again. */
export interface Slot extends AsyncDisposable {
  /** Holds exactly the manifest after each `restore`; no `.git`, nothing of an earlier trial. */
  readonly directory: string;
  restore(manifest: Manifest): Promise<void>;
}

const submodule = "160000";
const link = "120000";

/** The files of a tree with their contents, without those that a trial must not see. */
export async function readManifest(
  objects: Objects,
  entries: ReadonlyMap<string, FileEntry>,
  hidden: (path: string) => boolean,
): Promise<Manifest> {
  const manifest = new Map<string, FileEntry & { content: Buffer }>();
  for (const [path, entry] of entries) {
    if (hidden(path) || entry.mode === submodule) continue;
    const content = await objects.readBlob(entry.oid);
    if (entry.mode === link && leavesTree(path, content.toString("utf8"))) continue;
    manifest.set(path, { ...entry, content });
  }
  return manifest;
}

function leavesTree(path: string, target: string): boolean {
  return target.startsWith("/") || normalize(join(dirname(path), target)).startsWith("..");
}

/**
 * A working tree of the repository for one trial after another. It lies outside the repository, because agents read
 * instruction files from parent folders. Contents are written by us, byte for byte: no filter, attribute or hook
 * of the content can run.
 */
export async function openSlot(git: Git, commit: string): Promise<Slot> {
  const root = await mkdtemp(join(tmpdir(), "kira-trial-"));
  const directory = join(root, "tree");
  const lock = ["--lock", "--reason", `kira-improve ${process.pid}`];
  try {
    await git.foreign(["worktree", "add", "--detach", "--no-checkout", ...lock, directory, commit]);
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
  // Without this file a trial has no way into the repository; git keeps the entry because it is locked.
  const pointer = await readFile(join(directory, ".git"));
  await rm(join(directory, ".git"));
  return {
    directory,
    restore: (manifest) => restore(directory, manifest),
    async [Symbol.asyncDispose]() {
      await makeWritable(root);
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
      // git removes only what still looks like its working tree; `prune` would take the user's stale ones, too.
      await mkdir(directory);
      await writeFile(join(directory, ".git"), pointer);
      await git.foreign(["worktree", "remove", "--force", "--force", directory]);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Makes the folder equal the manifest, by content and not by time stamps, which an agent can set. */
async function restore(directory: string, manifest: Manifest): Promise<void> {
  if (!(await lstat(directory).catch(() => undefined))?.isDirectory()) {
    await rm(directory, { force: true });
    await mkdir(directory);
  }
  await removeStrangers(directory, "", manifest);
  for (const [path, entry] of manifest) {
    const file = join(directory, path);
    if (await equals(file, entry)) continue;
    await rm(file, { recursive: true, force: true });
    await mkdir(dirname(file), { recursive: true });
    if (entry.mode === link) await symlink(entry.content.toString("utf8"), file);
    else {
      await writeFile(file, entry.content, { flag: "wx" });
      await chmod(file, entry.mode === "100755" ? 0o755 : 0o644);
    }
    if (!(await equals(file, entry)))
      throw new KiraError(
        "unavailable",
        `The trial's file ${path} cannot be restored. Check the disk behind ${tmpdir()}.`,
      );
  }
}

/** Deletes what is not in the manifest; a folder in the place of a file, or a link in the place of a folder, too. */
async function removeStrangers(directory: string, below: string, manifest: Manifest): Promise<void> {
  const folders = foldersOf(manifest);
  const walk = async (inside: string): Promise<void> => {
    const here = join(directory, inside);
    await chmod(here, 0o755);
    for (const entry of await readdir(here, { withFileTypes: true })) {
      const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory() && folders.has(path)) await walk(path);
      else if (entry.isDirectory() || !manifest.has(path)) {
        await makeWritable(join(directory, path));
        await rm(join(directory, path), { recursive: true, force: true });
      }
    }
  };
  await walk(below);
}

function foldersOf(manifest: Manifest): Set<string> {
  const folders = new Set<string>();
  for (const path of manifest.keys())
    for (let at = dirname(path); at !== "." && !folders.has(at); at = dirname(at)) folders.add(at);
  return folders;
}

async function equals(
  file: string,
  { mode, content, oid }: FileEntry & { content: Buffer },
): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined);
  if (!found) return false;
  if (mode === link) return found.isSymbolicLink() && (await readlink(file)) === content.toString("utf8");
  if (!found.isFile() || found.nlink > 1 || found.size !== content.length) return false;
  if ((found.mode & 0o777) !== (mode === "100755" ? 0o755 : 0o644)) return false;
  const bytes = await readFile(file);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex") === oid;
}

/** An agent may have taken away our own permission to read and delete. */
export async function makeWritable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found?.isDirectory()) return;
  await chmod(path, 0o755);
  for (const entry of await readdir(path, { withFileTypes: true }))
    if (entry.isDirectory()) await makeWritable(join(path, entry.name));
}
