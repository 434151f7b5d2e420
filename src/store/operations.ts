import type { Operation } from "../domain/operation.ts";
import type { Database } from "./database.ts";

/** The table `operations`: every step that moved refs, in the order of the record. */
export class OperationStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(operation: Operation): void {
    const { uuid, timestamp, command } = operation;
    this.#db
      .prepare("INSERT OR IGNORE INTO operations VALUES (?, ?, ?, ?)")
      .run(uuid, timestamp, command, JSON.stringify(operation));
  }

  newestFirst(): Operation[] {
    const rows = this.#db.prepare<[], string>("SELECT entry FROM operations ORDER BY rowid DESC").pluck();
    return rows.all().map((entry) => JSON.parse(entry) as Operation);
  }
}
