import type { Database } from "./database.ts";
import { EntryStore } from "./entries.ts";
import { IndexDamage } from "./sqlite-errors.ts";

interface Row {
  readonly entry: string;
  /** The columns that rows are found and counted by. */
  readonly keys: string;
}

/**
 * A table of what decisions rest on. Each row carries a checksum, because SQLite has none: a flipped bit is noticed
 * when the row is read, and the index is made again.
 */
export abstract class SealedStore<Item> extends EntryStore<Item> {
  readonly #table: string;
  readonly #row: string;

  /** @param keys the columns that rows are found and counted by */
  protected constructor(
    db: Database,
    { table, keys }: { readonly table: string; readonly keys: readonly string[] },
    noun: string,
    remedy: string,
  ) {
    super(db, table, noun, remedy);
    this.#table = table;
    this.#row = `entry, json_array(${keys.join(", ")}) AS keys`;
  }

  /** To be called whenever a row was written. */
  protected seal(id: number): void {
    const row = this.prepared<Row>(`SELECT ${this.#row} FROM ${this.#table} WHERE id = ?`).get(id)!;
    this.prepared(`UPDATE ${this.#table} SET digest = ? WHERE id = ?`).run(digestOf(row), id);
  }

  /** @throws IndexDamage for a row that is not as it was written; one of an earlier version has no digest yet */
  protected override many(where: string, ...values: readonly (string | number)[]): Item[] {
    const rows = this.prepared<Row & { digest: string }>(
      `SELECT digest, ${this.#row} FROM ${this.#table} WHERE ${where}`,
    ).all(...values);
    return rows.map(({ digest, ...row }) => {
      if (digest !== "" && digest !== digestOf(row)) throw new IndexDamage(this.#table);
      return JSON.parse(row.entry) as Item;
    });
  }
}

/** Loaded when it is needed: `log` has no time for it. A checksum finds every flipped bit; nobody is kept out by it. */
function digestOf({ entry, keys }: Row): string {
  const { crc32 } = process.getBuiltinModule("node:zlib");
  return crc32(`${keys}\n${entry}`).toString(16);
}
