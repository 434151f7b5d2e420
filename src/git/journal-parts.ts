import type { Position } from "../store/journal.ts";

/** A part of a journal as git has it. */
export interface JournalPart {
  /** Where in the journal it begins. */
  readonly at: Position;
  readonly oid: string;
  readonly size: number;
}

/**
 * Where a part lies in the journal's tree: `<segment>/<first digits>/<first byte>.jsonl`. A commit writes every folder
 * on the way anew, so none may grow with the journal: a segment has 42 of the inner ones at most, and each of those
 * the parts of 100,000 bytes.
 */
export function pathOfPart({ segment, offset }: Position): string {
  const name = padded(offset, 7);
  return `${padded(segment, 6)}/${name.slice(0, 2)}/${name}.jsonl`;
}

/** Which part lies at a path; undefined for what is none. Earlier versions had no inner folders. */
export function positionOfPart(path: string): Position | undefined {
  const [, segment, offset] = /^(\d{6})\/(?:\d\d\/)?(\d{7})\.jsonl$/.exec(path) ?? [];
  return segment === undefined ? undefined : { segment: Number(segment), offset: Number(offset) };
}

/** What lists the tree of a journal for `parseParts`. */
export const listParts = (tip: string) => ["ls-tree", "-r", "-l", "-z", "--full-tree", tip];

/** The parts of a journal in its order, which is not that of the paths where two versions wrote them. */
export function parseParts(listed: string): JournalPart[] {
  const parts: JournalPart[] = [];
  for (const line of listed.split("\0")) {
    const [, oid = "", size, path = ""] = /^100644 blob ([0-9a-f]{40}) +(\d+)\t(.*)$/.exec(line) ?? [];
    const at = positionOfPart(path);
    if (at) parts.push({ at, oid, size: Number(size) });
  }
  return parts.sort(({ at: one }, { at: other }) => (isBefore(one, other) ? -1 : 1));
}

export const isBefore = (one: Position, other: Position) =>
  one.segment < other.segment || (one.segment === other.segment && one.offset < other.offset);

const padded = (n: number, width: number) => String(n).padStart(width, "0");
