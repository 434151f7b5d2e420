import type { Expiry } from "../domain/entry.ts";
import type { Settlement } from "../domain/evaluation.ts";
import type { Database } from "./database.ts";
import { nextPosition } from "./order.ts";

/** The tables `settlements` and `expiries`: how comparisons are decided, and which stored trials no longer count. */
export class SettlementStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The latest of a comparison stands. */
  add(settlement: Settlement): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO settlements (key, restarts, entry, position) VALUES (?, ?, ?, ?)")
      .run(settlement.key, settlement.restarts, JSON.stringify(settlement), nextPosition(this.#db));
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

  /** Where in the order of the record a settlement stands; undefined for one that is not on record. */
  placeOf({ key, timestamp }: Pick<Settlement, "key" | "timestamp">): number | undefined {
    return this.#db
      .prepare<[string, string], number>(
        "SELECT position FROM settlements WHERE key = ? AND json_extract(entry, '$.timestamp') = ?",
      )
      .pluck()
      .get(key, timestamp);
  }

  addExpiry({ configuration, timestamp, before }: Expiry): void {
    this.#db
      .prepare("INSERT INTO expiries (configuration, timestamp, before, position) VALUES (?, ?, ?, ?)")
      .run(configuration, timestamp, before, nextPosition(this.#db));
  }

  /** The place of the last expiry before another place: trials before it do not count there. 0 if there is none. */
  expiredUntil(configuration: string, before = Number.MAX_SAFE_INTEGER): number {
    return (
      this.#db
        .prepare<[string, number], number | null>(
          "SELECT max(position) FROM expiries WHERE configuration = ? AND position < ?",
        )
        .pluck()
        .get(configuration, before) ?? 0
    );
  }
}
