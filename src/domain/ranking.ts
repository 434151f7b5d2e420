import type { Pattern, PatternExample, Severity } from "./analysis.ts";
import { oneLine } from "./printable.ts";
import { slugOf } from "./proposal.ts";

/** The numbers of a pattern that its rank follows from. */
export type Extent = Pick<Pattern, "frequency" | "previousFrequency" | "share">;

/**
 * Every failure counts once, again in proportion to the share of its category that it hits, and twice more if
 * the period before had none in its place: so that of two equal patterns the rising one comes first.
 */
export function weightOf({ frequency, previousFrequency, share }: Extent): number {
  return frequency * (1 + share) + 2 * Math.max(0, frequency - previousFrequency);
}

/**
 * One point each for a share of a tenth and of a third, for three and for ten times the fewest failures that
 * make a pattern, and for having doubled with at least that many new ones. None or one point is low, two are
 * medium, more is high.
 */
export function severityOf({ frequency, previousFrequency, share }: Extent, minFailures: number): Severity {
  const points = [
    share >= 1 / 10,
    share >= 1 / 3,
    frequency >= 3 * minFailures,
    frequency >= 10 * minFailures,
    frequency >= 2 * previousFrequency && frequency - previousFrequency >= minFailures,
  ].filter(Boolean).length;
  return points <= 1 ? "low" : points === 2 ? "medium" : "high";
}

/** The share of a category's outcomes; 1 at most, even where the totals know less than the failures. */
export function shareOf(frequency: number, total: number | undefined): number {
  return frequency / Math.max(frequency, total ?? 0, 1);
}

/** A readable handle, such as `billing-card-charged`. Not unique before `worstFirst` has seen them all. */
export function patternId(...words: readonly string[]): string {
  return slugOf(words.join(" ").normalize("NFKD").replace(/\p{M}/gu, ""));
}

/** An outcome as it is shown with a pattern: on one line, cut, safe to print. */
export function exampleOf({ id, task, notes }: PatternExample): PatternExample {
  return { id, task: oneLine(task, 200), notes: notes === null ? null : oneLine(notes, 200) };
}

/** By weight, each with an id of its own, no more than a person would read. */
export function worstFirst(patterns: readonly Pattern[], most = 50): Pattern[] {
  const byId = Map.groupBy(patterns, ({ id }) => id);
  return patterns
    .map((pattern) =>
      byId.get(pattern.id)!.length === 1 ? pattern : { ...pattern, id: `${pattern.id}-${markOf(pattern)}` },
    )
    .sort((a, b) => b.weight - a.weight || b.frequency - a.frequency || (a.id < b.id ? -1 : 1))
    .slice(0, most);
}

/** Tells apart patterns whose names read alike, such as Billing and billing: FNV-1a over what they are. */
function markOf({ kind, category, terms }: Pattern): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from([kind, category, ...terms].join("\0")))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36);
}
