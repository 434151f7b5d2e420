import type { Database } from "./database.ts";
import { FactStore } from "./facts.ts";

/** What an index holds that follows from git: whoever makes it anew from the journal alone does not know it. */
export interface Derived {
  readonly fingerprint: string | undefined;
  readonly statuses: ReadonlyArray<{ readonly id: number; readonly status: string }>;
}

/** @returns undefined if the index cannot be read any more */
export function readDerived(db: Database): Derived | undefined {
  try {
    return {
      fingerprint: new FactStore(db).find("fingerprint"),
      statuses: db.prepare<[], { id: number; status: string }>("SELECT id, status FROM proposals").all(),
    };
  } catch (error) {
    // Whatever is wrong with it: it is about to be replaced, and everything here can be derived again.
    if (error instanceof Error && error.name === "SqliteError") return undefined;
    throw error;
  }
}

/** Puts into a new index what the one before it knew, unless somebody has derived it already. */
export function carryOver({ fingerprint, statuses }: Derived, db: Database): void {
  const facts = new FactStore(db);
  const carry = db.transaction(() => {
    if (fingerprint === undefined || facts.find("fingerprint") !== undefined) return;
    const set = db.prepare<[string, number]>("UPDATE proposals SET status = ? WHERE id = ?");
    for (const { id, status } of statuses) set.run(status, id);
    facts.set("fingerprint", fingerprint);
  });
  carry.immediate();
}
