import { randomUUID } from "node:crypto";
import type { Analysis } from "../domain/analysis.ts";
import { findPatterns, slowLimits, slowPatterns, worstFirst } from "../domain/patterns.ts";
import type { Workspace } from "../workspace.ts";

export interface Period {
  readonly days: number;
  /** The fewest failures that make a pattern. */
  readonly minFailures: number;
}

const day = 86_400_000;
const mostPatterns = 50;

/** Step 2. Finds what fails, how often, and whether it fails more than before. */
export function analyze(
  { record, now, report }: Pick<Workspace, "record" | "now" | "report">,
  { days, minFailures }: Period,
): Analysis {
  record.catchUp();
  const { outcomes } = record.index;
  const until = new Date(now().getTime() + 1).toISOString();
  const since = new Date(now().getTime() - days * day).toISOString();
  const before = new Date(now().getTime() - 2 * days * day).toISOString();

  const counts = outcomes.counts(since, until);
  const totals = new Map(
    [...counts].map(([category, { success, failure, partial }]) => [category, success + failure + partial]),
  );
  const failureCount = [...counts.values()].reduce((sum, { failure }) => sum + failure, 0);
  const limits = slowLimits(outcomes.durations(since, until));
  const slow = outcomes.slowerThan(limits, since, until);
  const patterns = worstFirst([
    ...findPatterns({
      failures: outcomes.failures(since, until),
      previous: outcomes.failures(before, since),
      totals,
      minFailures,
    }),
    ...slowPatterns(slow, limits, totals, minFailures),
  ]).slice(0, mostPatterns);

  const [entry] = record.write((index) => [
    {
      kind: "analysis" as const,
      id: index.analyses.nextId(),
      uuid: randomUUID(),
      timestamp: now().toISOString(),
      periodDays: days,
      totalTasks: [...totals.values()].reduce((sum, n) => sum + n, 0),
      failureCount,
      patterns,
      focusAreas: [...new Set(patterns.map(({ focusArea }) => focusArea))].slice(0, 10),
    },
  ]);
  const { kind: _, ...analysis } = entry!;
  report({
    kind: "step",
    step: "analyze",
    what: `analysis ${analysis.id}: ${patterns.length} patterns in ${failureCount} failures of ${analysis.totalTasks} outcomes`,
    why: `${days} days, at least ${minFailures} failures a pattern`,
  });
  return analysis;
}
