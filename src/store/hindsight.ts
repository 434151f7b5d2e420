import type { Entry, Renumbering } from "../domain/entry.ts";
import { renumbered } from "../domain/renumber.ts";
import type { Position } from "./journal.ts";

/** Lines of a journal that were read together, and the place behind them. */
export interface Batch {
  readonly entries: readonly Entry[];
  readonly end: Position;
  /** Lines that are no entries. */
  readonly invalid: number;
}

const mark = '"kind":"renumbering"';

/** Whether a journal gives new numbers to anything, as far as its bytes tell. */
export function mentionsRenumbering(parts: Iterable<Buffer>): boolean {
  for (const part of parts) if (part.includes(mark)) return true;
  return false;
}

/**
 * The lines of a journal with the numbers that lines further on give to what they speak of.
 * @param read reads the journal from the start each time, in the same batches
 */
export function* inHindsight(read: () => Iterable<Batch>): Generator<Batch> {
  const all: Array<{ batch: number; line: number; entry: Renumbering }> = [];
  let batch = 0;
  for (const { entries } of read()) {
    for (const [line, entry] of entries.entries())
      if (entry.kind === "renumbering") all.push({ batch, line, entry });
    batch++;
  }
  batch = 0;
  for (const { entries, end, invalid } of read()) {
    const mine = batch++;
    const later = all.filter((each) => each.batch > mine).map(({ entry }) => entry);
    const within = all.filter((each) => each.batch === mine);
    const told = entries.map((entry, line) => {
      const rest = within.filter((each) => each.line > line).map((each) => each.entry);
      return renumbered(entry, rest.length === 0 ? later : [...rest, ...later]);
    });
    yield { entries: told, end, invalid };
  }
}
