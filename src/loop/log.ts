import type { NewOutcome, Outcome, Source } from "../domain/outcome.ts";
import type { Logbook } from "../logbook.ts";

/** What is recorded with one sync to the disk; bounds the memory that a bulk log takes. */
const chunk = 20_000;

/**
 * Step 1. Records what happened, so that `analyze` has something to learn from.
 * @throws KiraError `not-found` for an outcome about a proposal that does not exist; then nothing is recorded
 */
export function log(
  { record, live }: Pick<Logbook, "record" | "live">,
  outcomes: readonly NewOutcome[],
  source: Source,
): { count: number; last: Outcome | undefined } {
  for (const { improvementId } of outcomes)
    if (improvementId !== null) record.index.proposals.get(improvementId);
  let last: Outcome | undefined;
  for (let from = 0; from < outcomes.length; from += chunk) {
    const entries = record.write((index) => {
      const first = index.outcomes.nextId();
      return outcomes.slice(from, from + chunk).map((outcome, i) => ({
        kind: "outcome" as const,
        id: first + i,
        ...outcome,
        source,
        commit: live ?? null,
      }));
    });
    const { kind: _, ...recorded } = entries.at(-1)!;
    last = recorded;
  }
  return { count: outcomes.length, last };
}
