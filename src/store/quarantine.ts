import type { Quarantine } from "../domain/entry.ts";
import type { Database } from "./database.ts";

const columns = 'task, grading_digest AS "gradingDigest", reason, timestamp';

/** The table `quarantine`: graders that do not decide, by the digest of exactly what was found wanting. */
export class QuarantineStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The first reason stays. */
  add({ gradingDigest, task, reason, timestamp }: Quarantine): void {
    this.#db
      .prepare("INSERT OR IGNORE INTO quarantine VALUES (?, ?, ?, ?)")
      .run(gradingDigest, task, reason, timestamp);
  }

  find(gradingDigest: string): Quarantine | undefined {
    return this.#db
      .prepare<[string], Quarantine>(`SELECT ${columns} FROM quarantine WHERE grading_digest = ?`)
      .get(gradingDigest);
  }

  /** Oldest first. */
  list(): Quarantine[] {
    return this.#db
      .prepare<[], Quarantine>(`SELECT ${columns} FROM quarantine ORDER BY timestamp, task`)
      .all();
  }
}
