import type { Pattern, PatternExample } from "./analysis.ts";
import { exampleOf, patternId, severityOf, shareOf, weightOf, worstFirst } from "./ranking.ts";

/** How many outcomes of a category took this long. */
export interface DurationCount {
  readonly category: string;
  readonly seconds: number;
  readonly count: number;
}

export interface TimedOutcome extends PatternExample {
  readonly category: string;
  readonly durationSeconds: number | null;
}

/** Fewer outcomes than this do not show what is usual. */
const fewest = 20;
const mostPatterns = 10;

/**
 * Above how many seconds an outcome of a category is slow: five standard deviations over the median, the
 * deviation estimated as 1.4826 times the median absolute one (Rousseeuw & Croux 1993), because outliers must
 * not widen their own limit; and three medians at least, because ordinary durations are skewed. Durations are
 * whole seconds, so a median below one counts as one.
 */
export function slowLimits(histogram: Iterable<DurationCount>): Map<string, number> {
  const byCategory = Map.groupBy(histogram, ({ category }) => category);
  const limits = new Map<string, number>();
  for (const [category, rows] of byCategory) {
    if (rows.reduce((sum, { count }) => sum + count, 0) < fewest) continue;
    const middle = medianOf(rows.map(({ seconds, count }) => ({ value: seconds, count })));
    const spread = medianOf(rows.map(({ seconds, count }) => ({ value: Math.abs(seconds - middle), count })));
    limits.set(category, Math.max(middle + 5 * 1.4826 * spread, 3 * Math.max(1, middle)));
  }
  return limits;
}

/** The lower median of counted values. */
function medianOf(values: { value: number; count: number }[]): number {
  const sorted = values.sort((a, b) => a.value - b.value);
  let left = sorted.reduce((sum, { count }) => sum + count, 0) / 2;
  return sorted.find(({ count }) => (left -= count) <= 0)?.value ?? 0;
}

/**
 * One pattern for each category with enough outcomes over its limit. The period before is not looked at: a
 * limit belongs to the period it was measured in, so these never count as rising.
 */
export function slowPatterns(
  rows: Iterable<TimedOutcome>,
  limits: ReadonlyMap<string, number>,
  totals: ReadonlyMap<string, number>,
  minFailures: number,
): Pattern[] {
  const slow = new Map<string, { frequency: number; examples: PatternExample[] }>();
  for (const row of rows) {
    if ((row.durationSeconds ?? 0) <= (limits.get(row.category) ?? Infinity)) continue;
    const found = slow.get(row.category) ?? { frequency: 0, examples: [] };
    found.frequency += 1;
    if (found.examples.length < 3) found.examples.push(exampleOf(row));
    slow.set(row.category, found);
  }
  const patterns = [...slow].map(([category, { frequency, examples }]): Pattern => {
    const share = shareOf(frequency, totals.get(category));
    const extent = { frequency, previousFrequency: frequency, share };
    const seconds = Math.round(limits.get(category)!);
    return {
      id: patternId("slow", category),
      kind: "slow",
      category,
      terms: [],
      ...extent,
      previousFrequency: 0,
      severity: severityOf(extent, minFailures),
      weight: weightOf(extent),
      focusArea: `Look at why ${frequency} ${category} tasks took more than ${seconds} s.`,
      examples,
    };
  });
  return worstFirst(
    patterns.filter(({ frequency }) => frequency >= minFailures),
    mostPatterns,
  );
}
