import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../domain/entry.ts";
import { KiraError, messageOf } from "../domain/errors.ts";
import { type Database, hasIndex, openDatabase } from "./database.ts";
import { applyEntry, type Index, openIndex } from "./index.ts";
import { Journal, type Position, start } from "./journal.ts";
import { Lock } from "./lock.ts";

const appendWaitMs = 10_000;

/**
 * The journal with its index: facts are appended to the first, questions go to the second, and the second is
 * always what the first says.
 */
export class JournaledIndex implements Disposable {
  readonly journal: Journal;
  readonly #file: string;
  readonly #lock: Lock;
  readonly #now: () => Date;
  /** When this process began to be at work on the record. */
  readonly #since: string;
  #db: Database;
  index: Index;
  /** Whether opening found the index missing, empty or damaged, and made it again. */
  readonly rebuilt: boolean;

  /**
   * @param home the folder `kira` in the common git directory
   * @param indexFile where the SQLite index lies
   */
  constructor(home: string, indexFile: string, now: () => Date) {
    this.journal = new Journal(home);
    this.#file = indexFile;
    this.#lock = new Lock(join(home, "journal.lock"), appendWaitMs);
    this.#now = now;
    this.#since = now().toISOString();
    const isNew = this.journal.end().offset === 0 && this.journal.segments().length <= 1;
    const opened = this.#tryOpen();
    this.rebuilt = opened === undefined && (!isNew || hasIndex(indexFile));
    this.#db = opened ?? this.#restore();
    this.index = openIndex(this.#db);
  }

  /**
   * Appends facts. They are on the disk when this returns.
   * @param build makes the entries from an index that holds everything before them; called under the lock, so the
   *   numbers it takes from there are free
   */
  write<Made extends Entry>(build: (index: Index) => readonly Made[]): readonly Made[] {
    using _lock = this.#lock.hold("log", this.#since);
    this.#apply();
    const entries = build(this.index);
    if (entries.length === 0) return entries;
    const end = this.journal.append(entries);
    const apply = this.#db.transaction(() => {
      for (const entry of entries) applyEntry(this.index, entry);
      this.#setPosition(this.#db, end);
    });
    try {
      apply.immediate();
    } catch (cause) {
      throw new KiraError(
        "unavailable",
        `This is recorded, but the index could not follow: ${messageOf(cause)}. Do not repeat it; mend that, and the next command brings the index up to date.`,
        { cause },
      );
    }
    return entries;
  }

  /**
   * Appends facts that no question needs yet. They are on the disk when this returns, and in the index with the next
   * `write` or `catchUp`: that costs as much again, unless it is done for many.
   */
  append(entries: readonly Entry[]): void {
    using _lock = this.#lock.hold("log", this.#since);
    this.journal.append(entries);
  }

  /** Brings the index up to the journal's end: another process may have appended. */
  catchUp(): void {
    const { segment, offset } = this.#position();
    const end = this.journal.end();
    if (segment === end.segment && offset === end.offset) return;
    using _lock = this.#lock.hold("catching up", this.#since);
    this.#apply();
  }

  /** Builds the index anew beside the old one and puts it in its place. */
  rebuild(): void {
    using _lock = this.#lock.hold("reindex", this.#since);
    this.#db.close();
    this.#db = this.#build();
    this.index = openIndex(this.#db);
  }

  /** Changes derived values of the index together; everything in it can be derived again. */
  derive<T>(change: (index: Index) => T): T {
    return this.#db.transaction(() => change(this.index)).immediate();
  }

  [Symbol.dispose](): void {
    this.#db.close();
    this.#lock[Symbol.dispose]();
  }

  #tryOpen(): Database | undefined {
    if (!hasIndex(this.#file)) return undefined;
    try {
      const db = openDatabase(this.#file);
      // The cheapest read that a damaged or foreign file does not survive.
      db.prepare("SELECT count(*) FROM progress").get();
      return db;
    } catch (error) {
      if ((error as { code?: string }).code === "conflict" || (error as Error).name === "SqliteError")
        return undefined;
      throw error;
    }
  }

  /** A second process may find the same loss at the same moment: the first restores, the second opens. */
  #restore(): Database {
    using _lock = this.#lock.hold("restoring the index", this.#since);
    const opened = this.#tryOpen();
    if (opened) return opened;
    this.#setStrangerAside();
    return this.#build();
  }

  #build(): Database {
    const draft = `${this.#file}.${process.pid}.new`;
    for (const suffix of ["", "-wal", "-shm"]) rmSync(draft + suffix, { force: true });
    const db = openDatabase(draft);
    db.pragma("synchronous = OFF"); // a draft that is torn is made again
    this.#applyTo(db, openIndex(db), start);
    db.pragma("wal_checkpoint(TRUNCATE)");
    db.close();
    for (const suffix of ["-wal", "-shm"]) rmSync(this.#file + suffix, { force: true });
    renameSync(draft, this.#file);
    for (const suffix of ["-wal", "-shm"]) rmSync(draft + suffix, { force: true });
    return openDatabase(this.#file);
  }

  /** What stands in the index's place and cannot be opened as one may be somebody's: it is kept beside. */
  #setStrangerAside(): void {
    if (hasIndex(this.#file)) renameSync(this.#file, `${this.#file}.damaged-${this.#now().getTime()}`);
  }

  #apply(): void {
    this.#applyTo(this.#db, this.index, this.#position());
  }

  #applyTo(db: Database, index: Index, from: Position): void {
    for (const { entries, end } of this.journal.read(from)) {
      const apply = db.transaction(() => {
        for (const entry of entries) applyEntry(index, entry);
        this.#setPosition(db, end);
      });
      apply.immediate();
    }
  }

  #position(): Position {
    return (
      this.#db
        .prepare<[string], Position>("SELECT segment, offset FROM progress WHERE clone = ?")
        .get(this.journal.cloneId) ?? start
    );
  }

  #setPosition(db: Database, { segment, offset }: Position): void {
    db.prepare(
      "INSERT INTO progress VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET segment = excluded.segment, offset = excluded.offset",
    ).run(this.journal.cloneId, segment, offset);
  }
}
