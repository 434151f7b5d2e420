import type { Analysis } from "../domain/analysis.ts";
import type { Database } from "./database.ts";
import { EntryStore } from "./entries.ts";

/** The table `analyses`. */
export class AnalysisStore extends EntryStore<Analysis> {
  constructor(db: Database) {
    super(db, "analyses", "analysis", "kira-improve analyze");
  }

  add(analysis: Analysis): void {
    const { id, timestamp, periodDays, totalTasks, failureCount, patterns, focusAreas } = analysis;
    this.db
      .prepare("INSERT INTO analyses VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
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
  }
}
