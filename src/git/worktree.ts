import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import type { FileEntry } from "../domain/paths.ts";
import type { Git } from "./git.ts";
import { dropLease, type Lease, takeLease, treeOf } from "./lease.ts";
import type { Blobs } from "./objects.ts";
import { removeAll } from "./remove.ts";
import { link, type Manifest, type ManifestEntry, restore } from "./restore.ts";

export type { Manifest };

/** A linked working tree for trials, used again and again. */
export interface Slot extends AsyncDisposable {
  /** Holds exactly the manifest after each `restore`; no `.git`, nothing of an earlier trial. */
  readonly directory: string;
  /** Beside it, and gone with it: for what a trial needs and the agent does not get. */
  readonly root: string;
  restore(manifest: Manifest): void;
}

const submodule = "160000";

/** The files of a tree with their contents, without those that a trial must not see. */
export async function readManifest(
  objects: Blobs,
  entries: ReadonlyMap<string, FileEntry>,
  hidden: (path: string) => boolean,
): Promise<Manifest> {
  const manifest = new Map<string, ManifestEntry>();
  for (const [path, entry] of entries) {
    if (hidden(path) || entry.mode === submodule) continue;
    const content = await objects.readBlob(entry.oid);
    if (entry.mode === link && leavesTree(path, content.toString("utf8"))) continue;
    manifest.set(path, { ...entry, content });
  }
  return manifest;
}

export function leavesTree(path: string, target: string): boolean {
  return target.startsWith("/") || normalize(join(dirname(path), target)).startsWith("..");
}

/**
 * A working tree of the repository for one trial after another. It lies outside the repository, because agents read
 * instruction files from parent folders. Contents are written by us, byte for byte: no filter, attribute or hook
 * of the content can run. A lease says whose it is, should we be killed.
 * @param base the folder to make it in
 */
export async function openSlot(git: Git, commit: string, base = realpathSync(tmpdir())): Promise<Slot> {
  const lease = takeLease(git.commonDir, base);
  const { root } = lease;
  const directory = treeOf(lease);
  try {
    mkdirSync(root, { mode: 0o700 });
    const lock = ["--lock", "--reason", reasonOf(lease)];
    await git.foreign(["worktree", "add", "--detach", "--no-checkout", ...lock, directory, commit]);
  } catch (error) {
    removeAll(root);
    dropLease(git.commonDir, lease);
    throw error;
  }
  // Without this file a trial has no way into the repository; git keeps the entry because it is locked.
  const pointer = readFileSync(join(directory, ".git"));
  rmSync(join(directory, ".git"));
  return {
    directory,
    root,
    restore: (manifest) => restore(directory, manifest),
    async [Symbol.asyncDispose]() {
      removeAll(directory);
      // git removes only what still looks like its working tree; `prune` would take the user's stale ones, too.
      if (existsSync(root)) {
        mkdirSync(directory);
        writeFileSync(join(directory, ".git"), pointer);
      }
      await git.foreign(["worktree", "remove", "--force", "--force", directory]);
      removeAll(root);
      dropLease(git.commonDir, lease);
    },
  };
}

const reasonOf = ({ id, holder: { pid, started, boot } }: Lease) =>
  `kira-improve ${id}, process ${pid} started ${started} of boot ${boot}`;
