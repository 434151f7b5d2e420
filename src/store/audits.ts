import type { Audit } from "../domain/entry.ts";
import type { Database } from "./database.ts";

/** The table `audits`: comparisons of production with earlier accepted states. */
export class AuditStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(audit: Audit): void {
    this.#db
      .prepare("INSERT INTO audits VALUES (?, ?, ?)")
      .run(audit.timestamp, audit.result, JSON.stringify(audit));
  }

  /** Oldest first. */
  list(): Audit[] {
    const entries = this.#db.prepare<[], string>("SELECT entry FROM audits ORDER BY rowid").pluck().all();
    return entries.map((entry) => JSON.parse(entry) as Audit);
  }

  latest(): Audit | undefined {
    return this.list().at(-1);
  }
}
