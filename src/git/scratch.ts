import { mkdirSync } from "node:fs";
import { dropLease, takeLease, treeOf } from "./lease.ts";
import { removeAll } from "./remove.ts";
import { restore } from "./restore.ts";
import type { Slot } from "./worktree.ts";

/** As a slot, but no working tree of git's. */
export type Scratch = Pick<Slot, "directory" | "root" | "restore"> & Disposable;

/**
 * A folder outside the repository to lay files out in. A lease says whose it is, should we be killed.
 * @param base the folder to make it in
 */
export function openScratch(commonDir: string, base: string): Scratch {
  const lease = takeLease(commonDir, base);
  const { root } = lease;
  const directory = treeOf(lease);
  const close = () => {
    removeAll(root);
    dropLease(commonDir, lease);
  };
  try {
    mkdirSync(root, { mode: 0o700 });
  } catch (error) {
    close();
    throw error;
  }
  return { directory, root, restore: (manifest) => restore(directory, manifest), [Symbol.dispose]: close };
}
