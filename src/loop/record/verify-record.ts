import { messageOf } from "../../domain/errors.ts";
import { listParts, parseParts } from "../../git/journal-parts.ts";
import { readRef } from "../../git/repository.ts";
import { JournalDamage } from "../../store/batch.ts";
import { isIndexDamage } from "../../store/sqlite-errors.ts";
import type { Workspace } from "../../workspace.ts";
import { journalRef } from "./preserve.ts";

/** Something of the record that is not as it was written. */
export interface Finding {
  readonly what: "journal" | "index";
  readonly found: string;
}

/**
 * Compares the journal with what git holds of it, byte for byte, and the index row by row with one that is made anew
 * from the journals; and reads every row that decisions rest on with its checksum.
 */
export async function verifyRecord(workspace: Workspace): Promise<Finding[]> {
  const journal = await verifyJournal(workspace);
  return [...journal, ...verifyIndex(workspace, journal.length === 0)];
}

/** @param isWhole whether the journal is as git has it; what the index should be, a damaged one cannot tell */
function verifyIndex({ record }: Workspace, isWhole: boolean): Finding[] {
  const findings: Finding[] = [];
  const look = (act: () => void) => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof JournalDamage || isIndexDamage(error))) throw error;
      findings.push({ what: "index", found: messageOf(error) });
    }
  };
  const { evaluations, archive } = record.index;
  look(() => evaluations.list());
  look(() => archive.list());
  if (!isWhole) return findings;
  look(() => {
    for (const [table, rows] of record.compare())
      findings.push({
        what: "index",
        found: `The index differs from the journal in its table ${table}: ${rows} rows are only in one of them.`,
      });
  });
  return findings;
}

async function verifyJournal({ record, repository, git, objects }: Workspace): Promise<Finding[]> {
  const tip = readRef(repository, journalRef(record.journal.cloneId));
  if (tip === undefined) return [];
  const findings: Finding[] = [];
  for (const { at, oid } of parseParts(await git.foreign(listParts(tip)))) {
    const committed = await objects.readBlob(oid);
    if (!record.journal.bytes(at).subarray(0, committed.length).equals(committed))
      findings.push({
        what: "journal",
        found: `Segment ${at.segment} differs from what git holds of it behind byte ${at.offset}.`,
      });
  }
  return findings;
}
