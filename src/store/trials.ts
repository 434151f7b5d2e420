import type { Trial } from "../domain/trial.ts";
import type { Database } from "./database.ts";

/** The table `trials`: what has been paid for. Infrastructure errors are not in it. */
export class TrialStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(trial: Trial): void {
    this.#db
      .prepare("INSERT OR IGNORE INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        trial.key,
        trial.timestamp,
        trial.tree,
        trial.task,
        trial.stream,
        trial.repeat,
        trial.result,
        trial.score,
        JSON.stringify(trial),
      );
  }

  find(key: string): Trial | undefined {
    const entry = this.#db
      .prepare<[string], string>("SELECT entry FROM trials WHERE key = ?")
      .pluck()
      .get(key);
    return entry === undefined ? undefined : (JSON.parse(entry) as Trial);
  }

  /** Trees that have been tried at all. */
  trees(): Set<string> {
    return new Set(this.#db.prepare<[], string>("SELECT DISTINCT tree FROM trials").pluck().all());
  }
}
