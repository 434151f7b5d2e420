import { KiraError } from "../domain/errors.ts";
import type { Database, Statement } from "./database.ts";

/** A table whose rows hold a whole entry as JSON beside the columns people query. */
export abstract class EntryStore<Item> {
  protected readonly db: Database;
  readonly #table: string;
  readonly #noun: string;
  readonly #remedy: string;
  readonly #statements = new Map<string, Statement>();

  protected constructor(db: Database, table: string, noun: string, remedy: string) {
    this.db = db;
    this.#table = table;
    this.#noun = noun;
    this.#remedy = remedy;
  }

  nextId(): number {
    return this.db.prepare<[], number>(`SELECT coalesce(max(id), 0) + 1 FROM ${this.#table}`).pluck().get()!;
  }

  count(): number {
    return this.db.prepare<[], number>(`SELECT count(*) FROM ${this.#table}`).pluck().get()!;
  }

  find(id: number): Item | undefined {
    return this.one("id = ?", id);
  }

  /** @throws KiraError `not-found` */
  get(id: number): Item {
    const item = this.find(id);
    if (item) return item;
    throw new KiraError(
      "not-found",
      `There is no ${this.#noun} ${id}. See which there are with: ${this.#remedy}.`,
    );
  }

  /** By number, ascending. */
  list(): Item[] {
    return this.many("1 ORDER BY id");
  }

  latest(): Item | undefined {
    return this.one("1 ORDER BY id DESC LIMIT 1");
  }

  protected one(where: string, ...values: readonly (string | number)[]): Item | undefined {
    return this.many(where, ...values)[0];
  }

  protected many(where: string, ...values: readonly (string | number)[]): Item[] {
    const rows = this.prepared<{ entry: string }>(`SELECT entry FROM ${this.#table} WHERE ${where}`);
    return rows.all(...values).map(({ entry }) => JSON.parse(entry) as Item);
  }

  /** Compiled once: that takes SQLite as long as to run it, and whoever makes the index anew runs it for each row. */
  protected prepared<Row = unknown>(sql: string): Statement<Row> {
    const known = this.#statements.get(sql) ?? this.db.prepare(sql);
    this.#statements.set(sql, known);
    return known as Statement<Row>;
  }
}
