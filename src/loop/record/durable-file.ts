import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** A file is there whole, or as it was: not cut short by a crash or a full disk. */
export function writeDurably(file: string, bytes: Buffer): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, "w", 0o644);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
  syncPath(dirname(file));
}

/** Makes what was written there outlive a power cut; for a folder, the names in it. */
export function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
