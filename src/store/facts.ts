import type { Part } from "../domain/entry.ts";
import type { Database } from "./database.ts";

type Name = "seen" | "fingerprint" | "stand" | "bank" | "parts" | "told";

/** Single values the index keeps, by name; each can be derived again. */
export class FactStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  find(name: Name): string | undefined {
    return this.#db.prepare<[string], string>("SELECT value FROM facts WHERE name = ?").pluck().get(name);
  }

  set(name: Name, value: string): void {
    this.#db
      .prepare("INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
      .run(name, value);
  }

  /** Logs that have begun and not ended. */
  parts(): Part[] {
    return JSON.parse(this.find("parts") ?? "[]") as Part[];
  }

  addPart({ timestamp, digest, done, total }: Part): void {
    const others = this.parts().filter((part) => part.digest !== digest);
    const open = done < total ? [{ timestamp, digest, done, total }] : [];
    this.set("parts", JSON.stringify([...others, ...open]));
  }
}
