import { basename } from "node:path";
import { listParts, parseParts } from "../../git/journal-parts.ts";
import { readRef } from "../../git/repository.ts";
import type { Workspace } from "../../workspace.ts";
import { journalRef } from "./preserve.ts";

/** Puts back into this clone's journal what git holds of it, and says so; the index is made again from it. */
export async function mendJournal(workspace: Workspace): Promise<void> {
  const { record, report, now } = workspace;
  const committed = await committedSegments(workspace);
  for (const { segment, unreadable, kept } of record.mendJournal(committed, now())) {
    const what = `Segment ${segment} of the journal was damaged; what git holds of it is back.`;
    const beside = kept === undefined ? "" : ` What was there is kept as ${basename(kept)}.`;
    const lost = `${unreadable} lines could not be read and git has none of them; a backup may: kira-improve restore <file>.`;
    report({ kind: "notice", what: `${what}${beside}${unreadable > 0 ? ` ${lost}` : ""}` });
  }
}

/** The bytes of each segment, from the parts that were committed one after the other. */
async function committedSegments({ record, repository, git, objects }: Workspace) {
  const tip = readRef(repository, journalRef(record.journal.cloneId));
  if (tip === undefined) return new Map<number, Buffer>();
  const parts = Map.groupBy(parseParts(await git.foreign(listParts(tip))), ({ at }) => at.segment);
  const segments = new Map<number, Buffer>();
  for (const [segment, some] of parts) {
    const blobs: Buffer[] = [];
    for (const { oid } of some) blobs.push(await objects.readBlob(oid));
    segments.set(segment, Buffer.concat(blobs));
  }
  return segments;
}
