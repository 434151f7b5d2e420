import type { Audit } from "../domain/entry.ts";
import type { Database } from "./database.ts";

/** The table `audits`: comparisons of production with earlier accepted states. */
export class AuditStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(audit: Audit, clone: string): void {
    this.#db
      .prepare(
        `INSERT INTO audits (timestamp, result, entry, clone, moment)
         VALUES (@timestamp, @result, @entry, @clone,
           max(@timestamp, coalesce((SELECT max(moment) FROM audits WHERE clone = @clone), '')))`,
      )
      .run({ timestamp: audit.timestamp, result: audit.result, entry: JSON.stringify(audit), clone });
  }

  /** Oldest first. */
  list(): Audit[] {
    const entries = this.#db
      .prepare<[], string>("SELECT entry FROM audits ORDER BY moment, clone, rowid")
      .pluck()
      .all();
    return entries.map((entry) => JSON.parse(entry) as Audit);
  }

  latest(): Audit | undefined {
    return this.list().at(-1);
  }
}
