import type { Database } from "./database.ts";

/** The next place in the order in which trials, settlements and expiries came on record, whatever clocks say. */
export function nextPosition(db: Database): number {
  const last = (table: string) => `(SELECT max(position) FROM ${table})`;
  const parts = ["trials", "settlements", "expiries"].map((table) => `coalesce(${last(table)}, 0)`);
  return db
    .prepare<[], number>(`SELECT max(${parts.join(", ")}) + 1`)
    .pluck()
    .get()!;
}
