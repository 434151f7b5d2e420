import { createHash } from "node:crypto";
import type { EntryOf } from "../../domain/entry.ts";
import type { NewOutcome } from "../../domain/outcome.ts";
import type { Logbook } from "../../logbook.ts";
import { expectProposals, log, mostAtOnce, toEntries } from "../log.ts";

/** A part with its end has to fit a journal segment. */
const mostBytes = 4 * 1024 * 1024 - 1024;
/** What an entry has beside the outcome, at most. */
const besideBytes = 256;

export interface Logged {
  readonly count: number;
  readonly lastId: number | null;
  /** So many were recorded before, by the same log when it was interrupted. */
  readonly before: number;
}

/**
 * Records many outcomes, in parts if they are very many. A part stands or falls together with how far that is, so
 * that after a crash the same input goes on where it stopped.
 * @param input what the outcomes were read from: it tells whether this was begun before
 */
export function logMany(
  logbook: Pick<Logbook, "record" | "live" | "now">,
  outcomes: readonly NewOutcome[],
  input: string,
): Logged {
  const total = outcomes.length;
  if (partFrom(outcomes, 0).length === total)
    return { count: total, lastId: log(logbook, outcomes, "stdin").last?.id ?? null, before: 0 };
  expectProposals(logbook, outcomes);
  const digest = createHash("sha256").update(`${total}\n`).update(input).digest("hex").slice(0, 32);
  const timestamp = logbook.now().toISOString();
  let before: number | undefined;
  let lastId: number | null = null;
  for (let done = 0; done < total;) {
    const entries = logbook.record.write((index): (EntryOf<"outcome"> | EntryOf<"part">)[] => {
      const known = index.facts.parts().find((part) => part.digest === digest);
      // Another process with the same input has come to its end.
      if (!known && before !== undefined) return [];
      const from = known?.done ?? 0;
      const part = partFrom(outcomes, from);
      return [
        ...toEntries(logbook, part, "stdin", index.outcomes.nextId()),
        { kind: "part", timestamp, digest, done: from + part.length, total },
      ];
    });
    const [end, last] = [entries.at(-1), entries.at(-2)];
    if (end?.kind !== "part" || last?.kind !== "outcome") break;
    before ??= end.done - (entries.length - 1);
    done = end.done;
    lastId = last.id;
  }
  return { count: total - (before ?? 0), lastId, before: before ?? 0 };
}

function partFrom(outcomes: readonly NewOutcome[], from: number): readonly NewOutcome[] {
  let bytes = 0;
  let to = from;
  for (; to < outcomes.length && to - from < mostAtOnce; to++) {
    bytes += Buffer.byteLength(JSON.stringify(outcomes[to])) + besideBytes;
    if (bytes > mostBytes) break;
  }
  return outcomes.slice(from, to);
}
