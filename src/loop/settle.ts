import type { Settlement } from "../domain/evaluation.ts";
import type { Claim } from "../domain/verdict/plan.ts";
import type { Workspace } from "../workspace.ts";
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
    restarts: known?.restarts ?? 0,
    pool: poolNow(workspace, comparison),
  };
  if (keep) record.write(() => [{ kind: "settlement", ...settlement }]);
  return { settlement, isNew: true };
}

/** Puts on record that a comparison begins anew, with new streams; what it asks stays as it was settled. */
export function startOver({ record }: Pick<Workspace, "record">, settled: Settlement): void {
  const again: Settlement = { ...settled, timestamp: "", restarts: settled.restarts + 1, pool: {} };
  record.write(() => [{ kind: "settlement", ...again }]);
}
