import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Entry } from "../domain/entry.ts";
import { KiraError } from "../domain/errors.ts";
import { endOfBatches, isWhole, parseLine, tailBytes, toBatches } from "./batch.ts";
import { type Elsewhere, nowhere } from "./elsewhere.ts";
import { acquireLock } from "./lock.ts";
import { type MendedSegment, mendSegment, syncFolder } from "./mend-segment.ts";

/** A place in the journal: the start of a line, or the end. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export const start: Position = { segment: 1, offset: 0 };
const maxSegmentBytes = 4 * 1024 * 1024;
const nameWaitMs = 10_000;

/**
 * The append-only record of everything acknowledged that is not a git object: JSON lines in segments. A line is
 * synced to the disk before anyone is told that it was recorded. Appending needs the journal lock; reading none.
 */
export class Journal {
  readonly cloneId: string;
  readonly #folder: string;

  /** @param home the folder `kira` in the common git directory */
  constructor(home: string, elsewhere: Pick<Elsewhere, "ownName"> = nowhere) {
    this.cloneId = cloneIdOf(home, elsewhere);
    this.#folder = join(home, "journal", this.cloneId);
    mkdirSync(this.#folder, { recursive: true });
  }

  /**
   * Appends entries that stand or fall together, up to what a segment holds.
   * @returns where the journal ends now
   */
  append(entries: readonly Entry[]): Position {
    const batches = toBatches(entries, maxSegmentBytes);
    const end = this.#setTornBatchAside();
    try {
      return this.#write(end, batches);
    } catch (cause) {
      // All or nothing: what a full disk cut short must not look like a fact later.
      this.#cutBack(end);
      throw new KiraError(
        "unavailable",
        `The journal cannot be written: ${(cause as Error).message}. Nothing was recorded; free some space and run the command again.`,
        { cause },
      );
    }
  }

  end(): Position {
    const segment = this.segments().at(-1) ?? 1;
    return { segment, offset: statSync(this.#file(segment), { throwIfNoEntry: false })?.size ?? 0 };
  }

  /** The numbers of the segments, ascending. */
  segments(): number[] {
    return readdirSync(this.#folder)
      .filter((name) => /^\d{6}\.jsonl$/.test(name))
      .map((name) => Number(name.slice(0, 6)))
      .sort((a, b) => a - b);
  }

  /** The bytes of one segment from an offset to its last whole batch. */
  bytes({ segment, offset }: Position): Buffer {
    const size = statSync(this.#file(segment), { throwIfNoEntry: false })?.size ?? 0;
    if (size <= offset) return Buffer.alloc(0);
    const file = openSync(this.#file(segment), "r");
    try {
      const part = Buffer.alloc(size - offset);
      const read = readSync(file, part, 0, part.length, offset);
      return part.subarray(0, endOfBatches(part.subarray(0, read)));
    } finally {
      closeSync(file);
    }
  }

  /** Entries from a position on, with the position behind each segment's part. A torn last batch is not read. */
  *read(from: Position): Generator<{ entries: Entry[]; end: Position }> {
    for (const segment of this.segments()) {
      if (segment < from.segment) continue;
      const offset = segment === from.segment ? from.offset : 0;
      const bytes = this.bytes({ segment, offset });
      if (bytes.length === 0) continue;
      const entries = bytes
        .toString("utf8")
        .trimEnd()
        .split("\n")
        .map((line, i) => parseLine(line, `${segment}, line ${i + 1} after byte ${offset}`));
      yield { entries, end: { segment, offset: offset + bytes.length } };
    }
  }

  /** Makes segments whole from what git holds of them. See {@link mendSegment}. */
  mend(committed: ReadonlyMap<number, Buffer>, now: Date): Array<MendedSegment & { segment: number }> {
    const segments = [...new Set([...this.segments(), ...committed.keys()])].sort((a, b) => a - b);
    return segments.flatMap((segment) => {
      const mended = mendSegment(this.#file(segment), committed.get(segment) ?? Buffer.alloc(0), now);
      return mended ? { segment, ...mended } : [];
    });
  }

  /** Fills segments with whole batches. */
  #write(from: Position, batches: readonly string[]): Position {
    let { segment, offset } = from;
    let room: string[] = [];
    let end = offset;
    for (const batch of batches) {
      const bytes = Buffer.byteLength(batch);
      if (end + bytes > maxSegmentBytes) {
        this.#writeText({ segment, offset }, room.join(""));
        [segment, offset, end, room] = [segment + 1, 0, 0, []];
      }
      room.push(batch);
      end += bytes;
    }
    this.#writeText({ segment, offset }, room.join(""));
    return { segment, offset: end };
  }

  #writeText({ segment, offset }: Position, text: string): void {
    if (text === "") return;
    const file = openSync(this.#file(segment), "a", 0o644);
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (offset === 0) syncFolder(this.#folder);
  }

  #cutBack({ segment, offset }: Position): void {
    for (const later of this.segments().filter((number) => number > segment)) rmSync(this.#file(later));
    if (existsSync(this.#file(segment))) truncateSync(this.#file(segment), offset);
  }

  /** A process killed while it wrote leaves half a batch that nobody was promised: it is moved to a file of its own. */
  #setTornBatchAside(): Position {
    const end = this.end();
    if (end.offset === 0) return end;
    const file = openSync(this.#file(end.segment), "r+");
    try {
      const tail = Buffer.alloc(Math.min(tailBytes, end.offset));
      readSync(file, tail, 0, tail.length, end.offset - tail.length);
      if (isWhole(tail)) return end;
      const all = readFileSync(this.#file(end.segment));
      const offset = endOfBatches(all);
      writeFileSync(
        join(this.#folder, `${String(end.segment).padStart(6, "0")}.torn-${offset}`),
        all.subarray(offset),
      );
      ftruncateSync(file, offset);
      fsyncSync(file);
      return { segment: end.segment, offset: fstatSync(file).size };
    } finally {
      closeSync(file);
    }
  }

  #file(segment: number): string {
    return join(this.#folder, `${String(segment).padStart(6, "0")}.jsonl`);
  }
}

/** Names this clone among all that share the record; written once. */
function cloneIdOf(home: string, elsewhere: Pick<Elsewhere, "ownName">): string {
  const file = join(home, "clone-id");
  if (!existsSync(file)) nameClone(home, file, elsewhere);
  return readFileSync(file, "utf8").trim();
}

/** Under a lock, and whole or not at all: who read half a name would write a journal that nobody finds. */
function nameClone(home: string, file: string, elsewhere: Pick<Elsewhere, "ownName">): void {
  using _lock = acquireLock(join(home, "clone-id.lock"), nameWaitMs, "setting up", new Date().toISOString());
  if (existsSync(file)) return;
  // A name that is known or of a journal that is there: only the file with the name was lost.
  const [known, ...others] = existsSync(join(home, "journal")) ? readdirSync(join(home, "journal")) : [];
  const kept = others.length === 0 ? known : undefined;
  const name = elsewhere.ownName() ?? kept ?? crypto.randomUUID();
  writeFileSync(`${file}.new`, name); // crypto is the global: loading node:crypto takes 3 ms
  renameSync(`${file}.new`, file);
}
