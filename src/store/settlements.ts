import type { Expiry } from "../domain/entry.ts";
import type { Settlement } from "../domain/evaluation.ts";
import type { Database } from "./database.ts";

/** The tables `settlements` and `expiries`: how comparisons are decided, and which stored trials no longer count. */
export class SettlementStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The latest of a comparison stands. */
  add(settlement: Settlement): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO settlements VALUES (?, ?, ?)")
      .run(settlement.key, settlement.restarts, JSON.stringify(settlement));
  }

  addElsewhere({ key, restarts }: Settlement, clone: string): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO settlements_elsewhere VALUES (?, ?, ?)")
      .run(key, clone, restarts);
  }

  /** How often other clones have begun this comparison: each time was a look at the same question. */
  looksElsewhere(key: string): number {
    return this.#db
      .prepare<[string], number>(
        "SELECT coalesce(sum(restarts + 1), 0) FROM settlements_elsewhere WHERE key = ?",
      )
      .pluck()
      .get(key)!;
  }

  find(key: string): Settlement | undefined {
    const entry = this.#db
      .prepare<[string], string>("SELECT entry FROM settlements WHERE key = ?")
      .pluck()
      .get(key);
    return entry === undefined ? undefined : (JSON.parse(entry) as Settlement);
  }

  addExpiry({ configuration, timestamp, before }: Expiry): void {
    this.#db.prepare("INSERT INTO expiries VALUES (?, ?, ?)").run(configuration, timestamp, before);
  }

  /** Trials made before this moment do not count for a comparison settled at `timestamp`. */
  expiredBefore(configuration: string, timestamp: string): string {
    return (
      this.#db
        .prepare<[string, string], string | null>(
          "SELECT max(before) FROM expiries WHERE configuration = ? AND timestamp <= ?",
        )
        .pluck()
        .get(configuration, timestamp) ?? ""
    );
  }
}
