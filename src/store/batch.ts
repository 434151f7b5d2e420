import { type Entry, maxLineBytes } from "../domain/entry.ts";
import { KiraError } from "../domain/errors.ts";

const newline = 0x0a;
/** How a line ends that others follow which stand or fall with it. No entry has a field of that name. */
const more = ',"more":true}';
const openEnd = Buffer.from(`${more}\n`);

/** So many bytes from the end tell whether the last batch is whole. */
export const tailBytes = openEnd.length;

/**
 * Entries as text, in batches that a killed process leaves whole or not at all.
 * @param most bytes that a batch may have; more entries than that are several
 */
export function toBatches(entries: readonly Entry[], most: number): string[] {
  const batches: string[][] = [[]];
  let size = 0;
  for (const line of entries.map(toLine)) {
    const bytes = Buffer.byteLength(line) + more.length;
    if (size + bytes > most) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(line);
    size += bytes;
  }
  const open = (line: string) => `${line.slice(0, -2)}${more}\n`;
  return batches.map((lines) =>
    lines.map((line, i) => (i === lines.length - 1 ? line : open(line))).join(""),
  );
}

/** Where the last whole batch ends. */
export function endOfBatches(bytes: Buffer): number {
  let end = bytes.lastIndexOf(newline) + 1;
  while (isOpen(bytes.subarray(0, end))) end = end < 2 ? 0 : bytes.lastIndexOf(newline, end - 2) + 1;
  return end;
}

/** Whether text that ends so ends with a whole batch. */
export const isWhole = (tail: Buffer): boolean => tail.at(-1) === newline && !isOpen(tail);

const isOpen = (bytes: Buffer) => bytes.subarray(-openEnd.length).equals(openEnd);

function toLine(entry: Entry): string {
  const line = `${JSON.stringify({ v: 1, ...entry })}\n`;
  if (line.length * 3 > maxLineBytes && Buffer.byteLength(line) + more.length > maxLineBytes)
    throw new KiraError(
      "invalid",
      `One ${entry.kind} of ${Buffer.byteLength(line)} bytes is more than a journal line holds (${maxLineBytes}). Shorten its text.`,
    );
  return line;
}

/** The journal is not what was written to it. */
export class JournalDamage extends KiraError {
  constructor(what: string, cause?: unknown) {
    super(
      "conflict",
      `The journal ${what}. Restore that file from refs/kira/journal, as kira-improve status does, or from a backup.`,
      { cause },
    );
  }
}

/** @throws JournalDamage for a line that is none of ours */
export function parseLine(line: string, where: string): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (cause) {
    throw new JournalDamage(`is damaged in segment ${where}`, cause);
  }
}
