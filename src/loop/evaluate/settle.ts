import type { Settlement } from "../../domain/evaluation.ts";
import type { Claim } from "../../domain/verdict/plan.ts";
import type { Workspace } from "../../workspace.ts";
import { poolNow } from "./baseline.ts";
import type { Comparison } from "./comparison.ts";

/** What is asked of a comparison. */
export interface Question {
  readonly claim: Claim;
  /** The tasks that the change is meant to mend. */
  readonly fixes: readonly string[];
}

/**
 * How a comparison is decided: as it was settled before, or else as it is asked now.
 * @param keep whether a new settlement is put on record
 */
export function settle(
  workspace: Pick<Workspace, "record" | "now">,
  comparison: Comparison,
  { claim, fixes }: Question,
  keep = false,
): { settlement: Settlement; isNew: boolean } {
  const { record, now } = workspace;
  const known = record.index.settlements.find(comparison.key);
  if (known && known.timestamp !== "") return { settlement: known, isNew: false };
  const settlement: Settlement = {
    key: comparison.key,
    timestamp: now().toISOString(),
    claim: known?.claim ?? claim,
    fixes: known?.fixes ?? fixes,
    delta: comparison.config.evaluate.threshold,
    restarts: known?.restarts ?? comparison.looks,
    pool: poolNow(workspace, comparison),
  };
  if (keep) record.write(() => [{ kind: "settlement", ...settlement }]);
  return { settlement, isNew: true };
}

/**
 * Puts on record that a comparison begins anew: with new streams, so that nothing it asks was chosen by what its trials
 * had shown, and with a higher bound, so that beginning often enough is no way to a yes.
 */
export function startOver(
  { record }: Pick<Workspace, "record">,
  settled: Settlement,
  { claim, fixes }: Question = settled,
): void {
  const restarts = settled.restarts + 1;
  const again: Settlement = { ...settled, claim, fixes, timestamp: "", restarts, pool: {} };
  record.write(() => [{ kind: "settlement", ...again }]);
}
