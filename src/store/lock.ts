import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { KiraError } from "../domain/errors.ts";

/**
 * A lock between processes that the operating system frees with its holder, however that ends: an exclusive
 * transaction on an empty SQLite file. No process ids to go stale.
 * @param waitMs how long to wait for another holder
 * @param purpose told to whoever waits in vain
 * @throws KiraError `conflict`, saying who holds it and since when
 */
export function acquireLock(file: string, waitMs: number, purpose: string, now: string): Disposable {
  mkdirSync(dirname(file), { recursive: true });
  const db = new Sqlite(file, { timeout: waitMs });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    db.close();
    if (!isBusy(cause)) throw cause;
    throw new KiraError(
      "conflict",
      `Another kira-improve is at work: ${holderOf(file)}. Wait until it has finished, then run this again.`,
      { cause },
    );
  }
  // Beside the lock, not in it: a waiting process cannot read a file that is locked exclusively.
  writeFileSync(`${file}.holder`, `${purpose}, process ${process.pid}, since ${now}`);
  return {
    [Symbol.dispose]() {
      db.exec("ROLLBACK");
      db.close();
    },
  };
}

export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

function holderOf(file: string): string {
  try {
    return readFileSync(`${file}.holder`, "utf8");
  } catch {
    return "it has not said which command it runs";
  }
}
