import type { Analysis } from "../domain/analysis.ts";
import type { Database } from "./database.ts";
import { EntryStore } from "./entries.ts";

/** The table `analyses`. */
export class AnalysisStore extends EntryStore<Analysis> {
  constructor(db: Database) {
    super(db, "analyses", "analysis", "kira-improve analyze");
  }

  /** @returns whether its number was free */
  add(analysis: Analysis): boolean {
    const { id, timestamp, periodDays, totalTasks, failureCount, patterns, focusAreas } = analysis;
    const { changes } = this.db
      .prepare("INSERT OR IGNORE INTO analyses VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        id,
        timestamp,
        periodDays,
        totalTasks,
        failureCount,
        JSON.stringify(patterns),
        JSON.stringify(focusAreas),
        JSON.stringify(analysis),
      );
    return changes === 1;
  }
}
