import type { Completion, Intent } from "../domain/entry.ts";
import type { Database } from "./database.ts";

/** The table `intents`: what was begun, and how it ended. */
export class IntentStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(intent: Intent): void {
    this.#db
      .prepare("INSERT OR IGNORE INTO intents (uuid, entry) VALUES (?, ?)")
      .run(intent.uuid, JSON.stringify(intent));
  }

  complete({ uuid, result }: Completion): void {
    this.#db.prepare("UPDATE intents SET result = ? WHERE uuid = ?").run(result, uuid);
  }

  /** Whether we ourselves have led a ref to a commit. */
  leadTo(commit: string): boolean {
    return this.#db.prepare("SELECT 1 FROM intents WHERE entry ->> 'to' = ?").get(commit) !== undefined;
  }

  /** Begun and not ended, oldest first: what a killed process left. */
  open(): Intent[] {
    const rows = this.#db
      .prepare<[], string>("SELECT entry FROM intents WHERE result IS NULL ORDER BY rowid")
      .pluck();
    return rows.all().map((entry) => JSON.parse(entry) as Intent);
  }
}
