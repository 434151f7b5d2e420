import { basename } from "node:path";
import { readRef } from "../git/repository.ts";
import type { Workspace } from "../workspace.ts";
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
  const segments = new Map<number, Buffer[]>();
  const tip = readRef(repository, journalRef(record.journal.cloneId));
  if (tip === undefined) return new Map<number, Buffer>();
  for (const line of (await git.foreign(["ls-tree", "-r", tip])).split("\n")) {
    const [, oid, segment] = /^100644 blob ([0-9a-f]{40})\t(\d{6})\/\d{7}\.jsonl$/.exec(line) ?? [];
    if (oid === undefined) continue;
    const parts = segments.get(Number(segment)) ?? [];
    segments.set(Number(segment), [...parts, await objects.readBlob(oid)]);
  }
  return new Map([...segments].map(([segment, parts]) => [segment, Buffer.concat(parts)]));
}
