import type { Database } from "./database.ts";

/** Single values the index keeps, by name; each can be derived again. */
export class FactStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find(name: "seen" | "fingerprint" | "stand" | "bank"): string | undefined {
    return this.#db.prepare<[string], string>("SELECT value FROM facts WHERE name = ?").pluck().get(name);
  }

  set(name: "seen" | "fingerprint" | "stand" | "bank", value: string): void {
    this.#db
      .prepare("INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
      .run(name, value);
  }
}
