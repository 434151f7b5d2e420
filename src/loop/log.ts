import type { NewOutcome, Outcome, Source } from "../domain/outcome.ts";
import type { Logbook } from "../logbook.ts";

/** What is recorded with one sync to the disk; bounds the memory that a bulk log takes. */
export const mostAtOnce = 20_000;

/**
 * Step 1. Records what happened, so that `analyze` has something to learn from.
 * @throws KiraError `not-found` for an outcome about a proposal that does not exist; then nothing is recorded
 */
export function log(
  logbook: Pick<Logbook, "record" | "live">,
  outcomes: readonly NewOutcome[],
  source: Source,
): { count: number; last: Outcome | undefined } {
  expectProposals(logbook, outcomes);
  let last: Outcome | undefined;
  for (let from = 0; from < outcomes.length; from += mostAtOnce) {
    const some = outcomes.slice(from, from + mostAtOnce);
    const entries = logbook.record.write((index) =>
      toEntries(logbook, some, source, index.outcomes.nextId()),
    );
    const { kind: _, ...recorded } = entries.at(-1)!;
    last = recorded;
  }
  return { count: outcomes.length, last };
}

/** @throws KiraError `not-found` */
export function expectProposals({ record }: Pick<Logbook, "record">, outcomes: readonly NewOutcome[]): void {
  for (const { improvementId } of outcomes)
    if (improvementId !== null) record.index.proposals.get(improvementId);
}

/** @param first the number of the first */
export const toEntries = (
  { live }: Pick<Logbook, "live">,
  outcomes: readonly NewOutcome[],
  source: Source,
  first: number,
) =>
  outcomes.map((outcome, i) => ({
    kind: "outcome" as const,
    id: first + i,
    ...outcome,
    source,
    commit: live ?? null,
  }));
