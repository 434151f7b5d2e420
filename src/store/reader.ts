import { type Entry, type Numbered, numbered, type Renumbering } from "../domain/entry.ts";
import { parseForeign } from "../domain/foreign-entry.ts";
import { planRenumbering } from "../domain/renumber.ts";
import { JournalDamage } from "./batch.ts";
import type { Database } from "./database.ts";
import type { Elsewhere, LeftOut } from "./elsewhere.ts";
import { type Batch, inHindsight, mentionsRenumbering } from "./hindsight.ts";
import { applyElsewhere, applyEntry, type Index } from "./index.ts";
import { type Journal, type Position, start } from "./journal.ts";

type Numbers = Map<Numbered, Set<number>>;

/** Numbers that another clone's journal gives to something, and that something else here has. */
interface Clash {
  readonly taken: Numbers;
  /** The first number of each kind that nobody uses. */
  readonly next: ReadonlyMap<Numbered, number>;
}

class Undo extends Error {}

/** Reads journals into an index: this clone's own, and those of the clones it shares the record with. */
export class JournalReader {
  readonly #journal: Journal;
  readonly #elsewhere: Elsewhere;

  constructor(journal: Journal, elsewhere: Elsewhere) {
    this.#journal = journal;
    this.#elsewhere = elsewhere;
  }

  /** All of all journals into an empty index; the own one first, so that nothing takes its numbers. */
  fill(db: Database, index: Index): LeftOut[] {
    this.#expectWhole(start);
    return index.outcomes.addAll(() => {
      for (const batch of this.#own(start)) this.#applyOwn(db, index, batch);
      return this.#others(db).map((other) => this.#readOther(db, index, other).leftOut);
    });
  }

  /** @returns false if new lines change what older ones mean: then the index has to be filled anew */
  applyOwn(db: Database, index: Index): boolean {
    const read = this.ownPosition(db);
    this.#expectWhole(read);
    for (const batch of this.#journal.read(read)) {
      if (batch.entries.some(({ kind }) => kind === "renumbering")) return false;
      this.#applyOwn(db, index, batch);
    }
    return true;
  }

  hasNews(db: Database): boolean {
    return this.#others(db).length > 0;
  }

  /**
   * Takes in what is new in the journals of other clones.
   * @returns the numbers that clash; undefined if all went well
   */
  takeIn(db: Database, index: Index): { clash: Clash | undefined; leftOut: LeftOut[] } {
    const leftOut: LeftOut[] = [];
    const taken: Numbers = new Map();
    let next = new Map<Numbered, number>();
    let meansOtherwise = false;
    try {
      commit(db, () => {
        for (const other of this.#others(db)) {
          const read = this.#readOther(db, index, other);
          leftOut.push(read.leftOut);
          meansOtherwise ||= read.meansOtherwise;
          for (const [what, numbers] of read.taken) for (const n of numbers) addTo(taken, what, n);
        }
        next = nextNumbers(index);
        if (taken.size > 0 || meansOtherwise) throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
      return { clash: { taken, next }, leftOut: [] };
    }
    return { clash: undefined, leftOut };
  }

  /** New numbers for what this clone has not shared yet and another one was first with. */
  yieldTo({ taken, next }: Clash, timestamp: string): Renumbering[] {
    const own: Numbers = new Map();
    const from = this.#elsewhere.shared(this.#journal.cloneId);
    for (const { entries } of this.#own(from))
      for (const entry of entries) if (isNumbered(entry)) addTo(own, entry.kind, entry.id);
    return planRenumbering(taken, own, (what) => next.get(what)!, timestamp);
  }

  /** Where the journals of other clones stand, as far as they are taken in. */
  others(db: Database): string {
    const tips = db.prepare<[string], string>("SELECT tip FROM progress WHERE clone <> ? ORDER BY clone");
    return tips.pluck().all(this.#journal.cloneId).join(" ");
  }

  ownPosition(db: Database): Position {
    return progressOf(db, this.#journal.cloneId);
  }

  setOwnPosition(db: Database, end: Position): void {
    setProgress(db, this.#journal.cloneId, end, "");
  }

  #others(db: Database): Array<{ clone: string; tip: string }> {
    return [...this.#elsewhere.tips()]
      .filter(([clone, tip]) => clone !== this.#journal.cloneId && progressOf(db, clone).tip !== tip)
      .map(([clone, tip]) => ({ clone, tip }))
      .sort((a, b) => (a.clone < b.clone ? -1 : 1));
  }

  #readOther(db: Database, index: Index, { clone, tip }: { clone: string; tip: string }) {
    const from = progressOf(db, clone);
    const taken: Numbers = new Map();
    let [end, invalid, clashing, meansOtherwise] = [from as Position, 0, 0, false];
    for (const batch of this.#other(tip, from)) {
      commit(db, () => {
        for (const entry of batch.entries) {
          if (entry.kind === "renumbering") meansOtherwise ||= from.offset > 0 || from.segment > 1;
          if (applyElsewhere(index, entry, clone) || !isNumbered(entry)) continue;
          clashing++;
          addTo(taken, entry.kind, entry.id);
        }
      });
      end = batch.end;
      invalid += batch.invalid;
    }
    setProgress(db, clone, end, tip);
    return { taken, meansOtherwise, leftOut: { clone, invalid, clashing } };
  }

  /** @param read how far the index has it; one that has read nothing does not know what there was, but git may */
  #expectWhole(read: Position): void {
    const least = isBefore(start, read) ? read : this.#elsewhere.held(this.#journal.cloneId);
    if (isBefore(this.#journal.end(), least)) throw new JournalDamage("has lost its end");
  }

  #applyOwn(db: Database, index: Index, { entries, end }: Pick<Batch, "entries" | "end">): void {
    commit(db, () => {
      for (const entry of entries)
        if (!applyEntry(index, entry) && entry.kind !== "outcome")
          throw new Error(`The journal gives one number twice: ${JSON.stringify(entry).slice(0, 200)}`);
      setProgress(db, this.#journal.cloneId, end, "");
    });
  }

  #own(from: Position): Iterable<Pick<Batch, "entries" | "end">> {
    const journal = this.#journal;
    const read = function* () {
      for (const part of journal.read(from)) yield { ...part, invalid: 0 };
    };
    return mentionsRenumbering(bytesOf(journal, from)) ? inHindsight(read) : read();
  }

  #other(tip: string, from: Position): Iterable<Batch> {
    const elsewhere = this.#elsewhere;
    const parts = () => elsewhere.read(tip, from);
    const read = function* () {
      for (const { bytes, end } of parts()) {
        const lines = bytes.toString("utf8").trimEnd().split("\n");
        const entries = lines.flatMap((line) => parseForeign(line) ?? []);
        yield { entries, end, invalid: lines.length - entries.length };
      }
    };
    return mentionsRenumbering(parts().map(({ bytes }) => bytes)) ? inHindsight(read) : read();
  }
}

function* bytesOf(journal: Journal, from: Position): Generator<Buffer> {
  for (const segment of journal.segments())
    if (segment >= from.segment)
      yield journal.bytes({ segment, offset: segment === from.segment ? from.offset : 0 });
}

const isBefore = (one: Position, other: Position) =>
  one.segment < other.segment || (one.segment === other.segment && one.offset < other.offset);

const isNumbered = (entry: Entry): entry is Extract<Entry, { kind: Numbered }> =>
  (numbered as readonly string[]).includes(entry.kind);

function addTo(numbers: Numbers, what: Numbered, n: number): void {
  const some = numbers.get(what) ?? new Set();
  numbers.set(what, some.add(n));
}

function nextNumbers({ outcomes, analyses, proposals, evaluations, archive }: Index): Map<Numbered, number> {
  return new Map([
    ["outcome", outcomes.nextId()],
    ["analysis", analyses.nextId()],
    ["proposal", proposals.nextId()],
    ["evaluation", evaluations.nextId()],
    ["node", archive.nextId()],
  ]);
}

function commit(db: Database, act: () => void): void {
  db.transaction(act).immediate();
}

function progressOf(db: Database, clone: string): Position & { readonly tip: string } {
  const known = db
    .prepare<[string], Position & { tip: string }>(
      "SELECT segment, offset, tip FROM progress WHERE clone = ?",
    )
    .get(clone);
  return known ?? { ...start, tip: "" };
}

function setProgress(db: Database, clone: string, { segment, offset }: Position, tip: string): void {
  db.prepare("INSERT OR REPLACE INTO progress (clone, segment, offset, tip) VALUES (?, ?, ?, ?)").run(
    clone,
    segment,
    offset,
    tip,
  );
}
