import type { Workspace } from "../workspace.ts";

type Standing = Pick<Workspace, "record" | "live">;

/** Where production and the journal stand: what is derived from them is right as long as this stays the same. */
export function fingerprintOf({ record, live }: Standing): string {
  const { segment, offset } = record.journal.end();
  return `${live} ${record.journal.cloneId} ${segment} ${offset}`;
}

export function isUpToDate(standing: Standing): boolean {
  return standing.record.index.facts.find("fingerprint") === fingerprintOf(standing);
}
