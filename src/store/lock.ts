import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { KiraError, messageOf } from "../domain/errors.ts";

/**
 * A lock between processes that the operating system frees with its holder, however that ends: an exclusive
 * transaction on an empty SQLite file. No process ids to go stale. Kept open between two times that it is held.
 */
export class Lock implements Disposable {
  readonly #file: string;
  readonly #waitMs: number;
  #opened: Sqlite.Database | undefined;
  #told = "";

  /** @param waitMs how long to wait for another holder */
  constructor(file: string, waitMs: number) {
    this.#file = file;
    this.#waitMs = waitMs;
  }

  /**
   * @param purpose told to whoever waits in vain
   * @param since when this began to be at work
   * @throws KiraError `conflict`, saying who holds it and since when
   */
  hold(purpose: string, since: string): Disposable {
    const db = this.#open();
    try {
      db.exec("BEGIN EXCLUSIVE");
    } catch (cause) {
      if (!isBusy(cause)) throw unwritable(this.#file, cause);
      throw new KiraError(
        "conflict",
        `Another kira-improve is at work: ${holderOf(this.#file)}. Wait until it has finished, then run this again.`,
        { cause },
      );
    }
    try {
      this.#tell(`${purpose}, process ${process.pid}, since ${since}`);
    } catch (cause) {
      db.exec("ROLLBACK");
      throw unwritable(this.#file, cause);
    }
    return { [Symbol.dispose]: () => db.exec("ROLLBACK") };
  }

  [Symbol.dispose](): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  /** Only whoever writes: a repository may be there to read. */
  #open(): Sqlite.Database {
    if (this.#opened) return this.#opened;
    mkdirSync(dirname(this.#file), { recursive: true });
    try {
      return (this.#opened = new Sqlite(this.#file, { timeout: this.#waitMs }));
    } catch (cause) {
      throw unwritable(this.#file, cause);
    }
  }

  /** Beside the lock, not in it: a waiting process cannot read a file that is locked exclusively. */
  #tell(text: string): void {
    // Reading costs a thirtieth of writing, and a record that grows line by line has one holder.
    if (this.#told === text && holderOf(this.#file) === text) return;
    writeFileSync(`${this.#file}.holder`, text);
    this.#told = text;
  }
}

/** Holds a lock until it is disposed of. See {@link Lock}. */
export function acquireLock(file: string, waitMs: number, purpose: string, now: string): Disposable {
  const lock = new Lock(file, waitMs);
  try {
    const held = lock.hold(purpose, now);
    return {
      [Symbol.dispose]() {
        held[Symbol.dispose]();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

/** Who may not write a lock may not write the record either. */
function unwritable(file: string, cause: unknown): unknown {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (!/^(SQLITE_(READONLY|CANTOPEN)|EROFS|EACCES|EPERM)/.test(code)) return cause;
  return new KiraError(
    "unavailable",
    `${dirname(file)} cannot be written: ${messageOf(cause)}. Nothing was changed; make it writable and run the command again.`,
    { cause },
  );
}

function holderOf(file: string): string {
  try {
    return readFileSync(`${file}.holder`, "utf8");
  } catch {
    return "it has not said which command it runs";
  }
}
