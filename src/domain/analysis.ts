export const severities = ["low", "medium", "high"] as const;
export type Severity = (typeof severities)[number];

/** What makes outcomes alike: they fail in the same words, or they succeed far too slowly. */
export type PatternKind = "failures" | "slow";

/** A cluster of failures within one category. */
export interface Pattern {
  /** Stable for the same category and terms, so that a later analysis can be compared: `billing-card-charged`. */
  readonly id: string;
  readonly kind: PatternKind;
  readonly category: string;
  /** The words its failures share, most telling first; empty for what is left of a category. */
  readonly terms: readonly string[];
  /** Failures of this pattern in the period, and in the period of equal length before it. */
  readonly frequency: number;
  readonly previousFrequency: number;
  /** Share of the category's outcomes in the period, 0…1. */
  readonly share: number;
  readonly severity: Severity;
  /** What the ranking sorts by: frequency, raised when it grows and when it hits a large share of a category. */
  readonly weight: number;
  readonly focusArea: string;
  readonly examples: readonly PatternExample[];
}

export interface PatternExample {
  readonly id: number;
  readonly task: string;
  readonly notes: string | null;
}

/** One look at a period of outcomes. */
export interface Analysis {
  readonly id: number;
  readonly uuid: string;
  readonly timestamp: string;
  readonly periodDays: number;
  readonly totalTasks: number;
  readonly failureCount: number;
  /** Worst first. */
  readonly patterns: readonly Pattern[];
  readonly focusAreas: readonly string[];
}
