import { join } from "node:path";
import type { Entry, Renumbering } from "../domain/entry.ts";
import { KiraError, messageOf } from "../domain/errors.ts";
import { JournalDamage } from "./batch.ts";
import { carryOver, readDerived } from "./derived.ts";
import { type Elsewhere, type LeftOut, nowhere } from "./elsewhere.ts";
import { applyEntry, type Index } from "./index.ts";
import { IndexFile } from "./index-file.ts";
import { Journal, type Position, start } from "./journal.ts";
import { Lock } from "./lock.ts";
import { JournalReader } from "./reader.ts";
import { isIndexDamage } from "./sqlite-errors.ts";

const appendWaitMs = 10_000;

/** What came of reading the journals of other clones. */
export interface TakenIn {
  /** What of our own has got other numbers, because another clone was first. */
  readonly renumbered: readonly Renumbering[];
  readonly leftOut: readonly LeftOut[];
}

const nothing: TakenIn = { renumbered: [], leftOut: [] };

/**
 * The journal with its index: facts are appended to the first, questions go to the second, and the second is
 * always what the first says.
 */
export class JournaledIndex implements Disposable {
  readonly journal: Journal;
  readonly #reader: JournalReader;
  readonly #file: IndexFile;
  readonly #lock: Lock;
  readonly #now: () => Date;
  /** When this process began to be at work on the record. */
  readonly #since: string;
  /** Whether opening found the index missing, empty or damaged, and made it again. */
  readonly rebuilt: boolean;
  /** Called when that happens later, while the index is in use. */
  whenRebuilt: () => void = () => undefined;

  /**
   * @param home the folder `kira` in the common git directory
   * @param indexFile where the SQLite index lies
   */
  constructor(home: string, indexFile: string, now: () => Date, elsewhere: Elsewhere = nowhere) {
    this.journal = new Journal(home, elsewhere);
    this.#reader = new JournalReader(this.journal, elsewhere);
    this.#file = new IndexFile(indexFile, this.journal.cloneId, now);
    this.#now = now;
    this.#lock = new Lock(join(home, "journal.lock"), appendWaitMs);
    this.#since = now().toISOString();
    const isNew = this.journal.end().offset === 0 && this.journal.segments().length <= 1;
    this.rebuilt = !this.#file.open() && (!isNew || this.#file.exists);
    if (!this.#file.isOpen) this.#restore();
  }

  /** Whether the index cannot be written where it lies, and is in memory. */
  get isReadOnly(): boolean {
    return this.#file.isReadOnly;
  }

  get index(): Index {
    return this.#file.index;
  }

  /**
   * Appends facts. They are on the disk when this returns.
   * @param build makes the entries from an index that holds everything before them; called under the lock, so the
   *   numbers it takes from there are free
   */
  write<Made extends Entry>(build: (index: Index) => readonly Made[]): readonly Made[] {
    using _lock = this.#lock.hold("log", this.#since);
    const entries = this.#mending(() => {
      this.#apply();
      return build(this.index);
    });
    if (entries.length === 0) return entries;
    const end = this.journal.append(entries);
    try {
      this.#insert(entries, end);
    } catch (cause) {
      if (isIndexDamage(cause))
        this.#replace(); // from the journal, so with what was just appended
      else
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

  /** Brings the index up to the journals' ends: another process or another clone may have appended. */
  catchUp(): TakenIn {
    const { db } = this.#file;
    const upToDate = () => {
      const read = this.#reader.ownPosition(db);
      // One that has read nothing may stand beside a journal that was lost.
      return !isSame(read, start) && isSame(read, this.journal.end()) && !this.#reader.hasNews(db);
    };
    if (!this.#file.isLost && upToDate()) return nothing;
    using _lock = this.#holdToRead("catching up");
    return this.#mending(() => {
      this.#apply();
      return this.#takeIn();
    });
  }

  /** How far the journals of other clones are taken in. */
  get others(): string {
    return this.#reader.others(this.#file.db);
  }

  get isShared(): boolean {
    return this.others !== "";
  }

  /** Builds the index anew beside the old one and puts it in its place. */
  rebuild(): void {
    using _lock = this.#holdToRead("reindex");
    this.#build();
  }

  /** The tables of the index that do not say what the journals say, with the number of rows that differ. */
  compare(): ReadonlyMap<string, number> {
    using _lock = this.#holdToRead("comparing");
    this.#apply();
    this.#takeIn();
    return this.#file.compare((db, index) => this.#reader.fill(db, index));
  }

  /** Makes the journal whole from what git holds of it, and the index anew from both. */
  mendJournal(committed: ReadonlyMap<number, Buffer>, now: Date): ReturnType<Journal["mend"]> {
    using _lock = this.#lock.hold("mending the journal", this.#since);
    const mended = this.journal.mend(committed, now);
    this.#build();
    return mended;
  }

  /** Changes derived values of the index together; everything in it can be derived again. */
  derive<T>(change: (index: Index) => T): T {
    if (this.#file.isLost) this.catchUp();
    return this.#file.db.transaction(() => change(this.index)).immediate();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }

  /** Nobody else sees what is in memory. */
  #holdToRead(purpose: string): Disposable {
    if (this.isReadOnly) return { [Symbol.dispose]: () => undefined };
    return this.#lock.hold(purpose, this.#since);
  }

  /** A second process may find the same loss at the same moment: the first restores, the second opens. */
  #restore(): void {
    using _lock = this.#holdToRead("restoring the index");
    if (this.#file.open()) return;
    this.#file.setStrangerAside();
    try {
      this.#build();
    } catch (error) {
      if (!(error instanceof JournalDamage)) throw error;
      // Whoever can read git mends the journal; an index that has read nothing of it yet is right until then.
      this.#file.build(() => undefined);
    }
  }

  #build(): LeftOut[] {
    return this.#file.build((db, index) => this.#reader.fill(db, index));
  }

  /** For an index that was lost while it was in use. */
  #replace(): void {
    const derived = readDerived(this.#file.db);
    if (!this.#file.openAgain()) {
      this.#build();
      this.whenRebuilt();
    }
    if (derived) carryOver(derived, this.#file.db);
  }

  /** Does something with the index; if it turns out to be damaged, once more with a new one. */
  #mending<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (!isIndexDamage(error)) throw error;
      this.#replace();
      return act();
    }
  }

  /** Brings the index up to the journal's end; one that was deleted under our hands is made again first. */
  #apply(): void {
    if (this.#file.isLost) this.#replace();
    if (!this.#reader.applyOwn(this.#file.db, this.index)) this.#build();
  }

  /** Puts in what was just appended. */
  #insert(entries: readonly Entry[], end: Position): void {
    const insert = this.#file.db.transaction(() => {
      for (const entry of entries) applyEntry(this.index, entry);
      this.#reader.setOwnPosition(this.#file.db, end);
    });
    insert.immediate();
  }

  /** Where numbers clash, what this clone has not shared yet gets others, and the index is made again. */
  #takeIn(): TakenIn {
    const { clash, leftOut } = this.#reader.takeIn(this.#file.db, this.index);
    if (!clash) return { renumbered: [], leftOut };
    const renumbered = this.#reader.yieldTo(clash, this.#now().toISOString());
    if (renumbered.length > 0)
      this.journal.append(renumbered.map((line) => ({ kind: "renumbering", ...line })));
    return { renumbered, leftOut: this.#build() };
  }
}

function isSame(one: Position, other: Position): boolean {
  return one.segment === other.segment && one.offset === other.offset;
}
