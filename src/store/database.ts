import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { KiraError, messageOf } from "../domain/errors.ts";
import { migrations } from "./migrations.ts";

export type Database = Sqlite.Database;
export type Statement<Row = unknown> = Sqlite.Statement<unknown[], Row>;

/** Whether there is an index to open: SQLite takes an empty file for a healthy database, we take it for a lost one. */
export function hasIndex(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

/** Whether this process may write an index there; what is not there yet may be made. */
export function mayWrite(file: string): boolean {
  try {
    for (const path of [dirname(file), file]) if (existsSync(path)) accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A database in memory, for where none can be written. SQLite cannot read one with a write-ahead log there.
 * @param file what it begins with; undefined for an empty one
 */
export function openInMemory(file: string | undefined): Database {
  const db = new Sqlite(file === undefined ? ":memory:" : withoutLog(readFileSync(file)));
  try {
    db.pragma("foreign_keys = OFF");
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Two bytes of the header say that there is a write-ahead log. */
function withoutLog(bytes: Buffer): Buffer {
  bytes.fill(1, 18, 20);
  return bytes;
}

/** @throws KiraError `conflict` if the file is no SQLite database of ours or a damaged one */
export function openDatabase(file: string): Database {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Sqlite(file, { timeout: 5000 });
  try {
    db.pragma("journal_mode = WAL"); // readers never block the writer
    db.pragma("synchronous = FULL"); // WAL opens with NORMAL, which may lose the last transactions
    db.pragma("foreign_keys = OFF"); // journals of several clones refer to each other in any order
    migrate(db);
    return db;
  } catch (cause) {
    db.close();
    if (isOfTheSystem(cause)) throw cause;
    throw new KiraError(
      "conflict",
      `The index ${file} cannot be read: ${messageOf(cause)}. Run: kira-improve reindex.`,
      { cause },
    );
  }
}

/** A full disk or a missing permission says nothing about what is in the file. */
function isOfTheSystem(error: unknown): boolean {
  return (
    error instanceof Sqlite.SqliteError && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY)/.test(error.code)
  );
}

/** Applies, in order and once, every migration this database has not seen. */
function migrate(db: Database): void {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (tables.length > 0 && !tables.includes("migrations"))
    throw new Error("it is another program's database");
  if (tables.length === 0) db.exec("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT");
  const applied = new Set(db.prepare<[], string>("SELECT name FROM migrations").pluck().all());
  const apply = db.transaction((name: string, sql: string) => {
    const { changes } = db.prepare("INSERT OR IGNORE INTO migrations VALUES (?)").run(name);
    if (changes === 1) db.exec(sql);
  });
  for (const { name, sql } of migrations) if (!applied.has(name)) apply.immediate(name, sql);
}
