import { messageOf } from "../domain/errors.ts";
import { listParts, parseParts } from "../git/journal-parts.ts";
import { readRef } from "../git/repository.ts";
import type { Workspace } from "../workspace.ts";
import { journalRef } from "./preserve.ts";

/** Something of the record that is not as it was written. */
export interface Finding {
  readonly what: "journal" | "index";
  readonly found: string;
}

/** Compares the journal with what git holds of it, byte for byte, and reads every row that decisions rest on. */
export async function verifyRecord(workspace: Workspace): Promise<Finding[]> {
  const findings = await verifyJournal(workspace);
  const { evaluations, archive } = workspace.record.index;
  for (const table of [evaluations, archive])
    try {
      table.list();
    } catch (error) {
      findings.push({ what: "index", found: messageOf(error) });
    }
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
