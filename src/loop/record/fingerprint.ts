import { stampRefs } from "../../git/ref-stamp.ts";
import type { Workspace } from "../../workspace.ts";

type Standing = Pick<Workspace, "record" | "live" | "repository">;

/** Where the refs lie that follow from the record. */
export const ourRefs = ["refs/kira", "refs/tags/kira", "refs/heads/kira", "refs/notes/kira"];

/** Where production and the journals stand: statuses are right as long as this stays the same. */
export function fingerprintOf({ record, live }: Pick<Standing, "record" | "live">): string {
  const { segment, offset } = record.journal.end();
  return `${live} ${record.journal.cloneId} ${segment} ${offset} ${record.others}`;
}

/** What the refs of ours follow from, and where they stand: whoever changes one by git alone changes this. */
export function standOf(standing: Standing): string {
  return `${fingerprintOf(standing)} ${stampRefs(standing.repository, ourRefs)}`;
}

/** The production commit of a fingerprint; undefined for one of an unborn branch. */
export function productionOf(fingerprint: string): string | undefined {
  const [live = ""] = fingerprint.split(" ");
  return /^[0-9a-f]{40}$/.test(live) ? live : undefined;
}

/** Whether nothing has happened since all that follows from git and the record was last looked at. */
export function isUpToDate(standing: Standing, stand = standOf(standing)): boolean {
  return standing.record.index.facts.find("stand") === stand;
}
