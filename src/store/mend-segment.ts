import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface MendedSegment {
  /** Lines that could not be read and that git does not hold either. */
  readonly unreadable: number;
  /** Where what was there before is kept; undefined if nothing was. */
  readonly kept: string | undefined;
}

/**
 * Makes a segment of the journal whole again: what git holds of it, then what only the file holds and can be read.
 * @returns undefined if nothing is wrong with it
 */
export function mendSegment(file: string, committed: Buffer, now: Date): MendedSegment | undefined {
  const local = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const lines = linesOf(local);
  const known = new Set(linesOf(committed));
  const begins = local.subarray(0, committed.length).equals(committed);
  // Lines before the last one that git holds, too, are either in git as they were written, or damaged.
  const since = begins ? linesOf(local.subarray(committed.length)) : lines.slice(lastOf(lines, known) + 1);
  const good = since.filter(isEntry);
  if (begins && good.length === since.length) return undefined;
  const kept = local.length === 0 ? undefined : `${file}.damaged-${now.getTime()}`;
  const draft = `${file}.new`;
  writeFileSync(draft, Buffer.concat([committed, Buffer.from(good.map((line) => `${line}\n`).join(""))]));
  const handle = openSync(draft, "r");
  fsyncSync(handle);
  closeSync(handle);
  if (kept !== undefined) renameSync(file, kept);
  renameSync(draft, file);
  syncFolder(dirname(file));
  return { unreadable: since.length - good.length, kept };
}

/** Whole lines; half of one at the end was promised to nobody. */
function linesOf(bytes: Buffer): string[] {
  return bytes.toString("utf8").split("\n").slice(0, -1);
}

const lastOf = (lines: readonly string[], known: ReadonlySet<string>) =>
  lines.findLastIndex((line) => known.has(line));

function isEntry(line: string): boolean {
  try {
    return typeof (JSON.parse(line) as { kind?: unknown } | null)?.kind === "string";
  } catch {
    return false;
  }
}

/** A new file's name is on the disk only when its folder is. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
