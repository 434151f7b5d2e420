import type { Outcome, Result } from "../domain/outcome.ts";
import type { Database } from "./database.ts";

/** Work is what the agent did for someone; our own merges are not. */
export const isWork = "source <> 'merge'";

/** What shows how long work takes when it does not fail. */
export const isTimed = `duration_seconds IS NOT NULL AND outcome <> 'failure' AND ${isWork}`;

/** The tables `daily` and `durations`: how many outcomes of which kind a day had. */
export class RollUps {
  readonly #db: Database;
  readonly #count;
  readonly #time;

  constructor(db: Database) {
    this.#db = db;
    this.#count = db.prepare<[string, string, string, number, number, number]>(
      `INSERT INTO daily VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET success = success + excluded.success, failure = failure + excluded.failure, partial = partial + excluded.partial`,
    );
    this.#time = db.prepare<[string, string, number, number]>(
      "INSERT INTO durations VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
    );
  }

  add({ timestamp, category, source, outcome: result, durationSeconds }: Outcome, by: 1 | -1): void {
    const day = timestamp.slice(0, 10);
    const is = (one: Result) => (result === one ? by : 0);
    this.#count.run(day, category, source, is("success"), is("failure"), is("partial"));
    if (durationSeconds !== null && result !== "failure" && source !== "merge")
      this.#time.run(day, category, durationSeconds, by);
  }

  /** All outcomes of an index that has counted none yet: a third of the time. */
  addAll(): void {
    this.#db.exec(`
      INSERT INTO daily
        SELECT substr(timestamp, 1, 10), category, source,
          sum(outcome = 'success'), sum(outcome = 'failure'), sum(outcome = 'partial')
        FROM tasks GROUP BY 1, 2, 3;
      INSERT INTO durations
        SELECT substr(timestamp, 1, 10), category, duration_seconds, count(*)
        FROM tasks WHERE ${isTimed} GROUP BY 1, 2, 3;`);
  }
}
