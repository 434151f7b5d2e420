import { renameSync, rmSync, statSync } from "node:fs";
import { differingTables } from "./compare.ts";
import { type Database, hasIndex, mayWrite, openDatabase, openInMemory } from "./database.ts";
import { type Index, openIndex } from "./index.ts";
import { isIndexDamage } from "./sqlite-errors.ts";

interface Opened {
  readonly db: Database;
  readonly index: Index;
  /** Which files these are, by their inodes: another program may delete or replace them at any moment. */
  readonly identity: string;
}

/** SQLite keeps what was written last beside the database. */
const companions = ["-wal", "-shm"];

/** The files of the index, and what of them this process has open. */
export class IndexFile implements Disposable {
  readonly #path: string;
  readonly #clone: string;
  readonly #now: () => Date;
  /** Whether it cannot be written where it lies: then what it says, and what follows, is kept in memory. */
  readonly isReadOnly: boolean;
  #opened: Opened | undefined;
  /** Left open, because whoever was handed their tables may still ask: an answer from before is no wrong one. */
  readonly #replaced: Database[] = [];

  /** @param clone the id of the clone whose index it is */
  constructor(path: string, clone: string, now: () => Date) {
    this.#path = path;
    this.#clone = clone;
    this.#now = now;
    this.isReadOnly = !mayWrite(path);
  }

  get exists(): boolean {
    return hasIndex(this.#path);
  }

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  get db(): Database {
    return this.#opened!.db;
  }

  get index(): Index {
    return this.#opened!.index;
  }

  /** Whether what this process has open is no longer what lies there; an emptied database is as good as none. */
  get isLost(): boolean {
    if (this.isReadOnly) return false;
    return this.#opened?.identity !== this.#identity() || !this.exists;
  }

  /** @returns false if there is none, or one that is damaged or foreign */
  open(): boolean {
    if (!this.exists) return false;
    // What was written last may lie beside it, and is not to be had without writing.
    if (this.isReadOnly && hasIndex(`${this.#path}-wal`)) return false;
    try {
      const db = this.isReadOnly ? openInMemory(this.#path) : openDatabase(this.#path);
      // The cheapest read that a damaged or foreign file does not survive.
      db.prepare("SELECT count(*) FROM progress").get();
      this.#take(db);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "conflict" || isIndexDamage(error)) return false;
      throw error;
    }
  }

  /** Opens the index that has taken the place of the lost one, if there is one. */
  openAgain(): boolean {
    this.#removeIfOurs();
    return this.open();
  }

  /** Makes the index anew beside the old one and puts it in its place. */
  build<Filled>(fill: (db: Database, index: Index) => Filled): Filled {
    if (this.isReadOnly) {
      const db = openInMemory(undefined);
      const filled = fill(db, openIndex(db, this.#clone));
      this.#take(db);
      return filled;
    }
    const draft = `${this.#path}.${process.pid}.new`;
    for (const suffix of ["", ...companions]) rmSync(draft + suffix, { force: true });
    const db = openDatabase(draft);
    let filled: Filled;
    try {
      db.pragma("synchronous = OFF"); // a draft that is torn is made again
      filled = fill(db, openIndex(db, this.#clone));
      db.pragma("wal_checkpoint(TRUNCATE)");
      db.close();
      for (const suffix of companions) rmSync(this.#path + suffix, { force: true });
      renameSync(draft, this.#path);
    } finally {
      db.close();
      for (const suffix of ["", ...companions]) rmSync(draft + suffix, { force: true });
    }
    this.#take(openDatabase(this.#path));
    return filled;
  }

  /** Makes the index anew, only to compare. See {@link differingTables}. */
  compare(fill: (db: Database, index: Index) => void): ReadonlyMap<string, number> {
    const draft = `${this.#path}.${process.pid}.check`;
    const remove = () => ["", ...companions].forEach((suffix) => rmSync(draft + suffix, { force: true }));
    remove();
    try {
      const db = openDatabase(draft);
      try {
        db.pragma("synchronous = OFF"); // it is thrown away
        fill(db, openIndex(db, this.#clone));
      } finally {
        db.close();
      }
      return differingTables(this.db, draft);
    } finally {
      remove();
    }
  }

  /** What stands in the index's place and cannot be opened as one may be somebody's: it is kept beside. */
  setStrangerAside(): void {
    if (this.exists && !this.isReadOnly)
      renameSync(this.#path, `${this.#path}.damaged-${this.#now().getTime()}`);
  }

  [Symbol.dispose](): void {
    if (this.#opened && this.isLost) this.#removeIfOurs();
    for (const db of [...this.#replaced, this.#opened?.db]) db?.close();
    this.#opened = undefined;
  }

  #take(db: Database): void {
    if (this.#opened) this.#replaced.push(this.#opened.db);
    this.#opened = { db, index: openIndex(db, this.#clone), identity: this.#identity() };
  }

  /**
   * Emptied, or robbed of what SQLite keeps beside it, a database must not be gone on with, nor be written to once more
   * when we close it: that would mix two states. SQLite writes nothing to what it finds deleted.
   */
  #removeIfOurs(): void {
    if (inode(this.#path) !== this.#opened?.identity.split(" ")[0]) return;
    for (const suffix of ["", ...companions]) rmSync(this.#path + suffix, { force: true });
  }

  #identity(): string {
    return ["", ...companions].map((suffix) => inode(this.#path + suffix)).join(" ");
  }
}

function inode(file: string): string {
  return String(statSync(file, { throwIfNoEntry: false })?.ino);
}
