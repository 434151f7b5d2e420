import type { Regrade } from "../domain/entry.ts";
import type { Grade, Trial } from "../domain/trial.ts";
import type { Database } from "./database.ts";
import { nextPosition } from "./order.ts";

const everywhere =
  "SELECT tree, task, result, score FROM trials UNION ALL SELECT tree, task, result, score FROM trials_elsewhere";

/** The tables `trials` and `grades`: what has been paid for, and what later graders said of it. */
export class TrialStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Under its key the first stays, unless one was run again on purpose. Infrastructure errors are left out. */
  add(trial: Trial): void {
    this.#db
      .prepare(
        `INSERT OR ${trial.again ? "REPLACE" : "IGNORE"} INTO trials
           (key, timestamp, tree, task, stream, repeat, result, score, entry, configuration, position)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        trial.key,
        trial.timestamp,
        trial.tree,
        trial.task,
        trial.stream,
        trial.repeat,
        trial.result,
        trial.score,
        JSON.stringify(trial),
        trial.configuration,
        nextPosition(this.#db),
      );
  }

  /** One that another clone made: it tells that a tree was tried and how it did, and is no evidence here. */
  addElsewhere({ key, tree, task, result, score, again }: Trial, clone: string): void {
    this.#db
      .prepare(`INSERT OR ${again ? "REPLACE" : "IGNORE"} INTO trials_elsewhere VALUES (?, ?, ?, ?, ?, ?)`)
      .run(clone, key, tree, task, result, score);
  }

  addGrade({ key, score, reason }: Regrade): void {
    this.#db.prepare("INSERT OR IGNORE INTO grades VALUES (?, ?, ?)").run(key, score, reason);
  }

  find(key: string): Trial | undefined {
    const entry = this.#db
      .prepare<[string], string>("SELECT entry FROM trials WHERE key = ?")
      .pluck()
      .get(key);
    return entry === undefined ? undefined : (JSON.parse(entry) as Trial);
  }

  findGrade(key: string): Grade | undefined {
    return this.#db.prepare<[string], Grade>("SELECT score, reason FROM grades WHERE key = ?").get(key);
  }

  /** The trials of a configuration in the order of the record: all, or those between two places in it. */
  of(configuration: string, after = 0, before = Number.MAX_SAFE_INTEGER): Trial[] {
    const entries = this.#db
      .prepare<[string, number, number], string>(
        "SELECT entry FROM trials WHERE configuration = ? AND position > ? AND position < ? ORDER BY position",
      )
      .pluck();
    return entries.all(configuration, after, before).map((entry) => JSON.parse(entry) as Trial);
  }

  /** The mean scores of a tree at some tasks; of those that it was tried at. */
  meansOf(tree: string, tasks: readonly string[]): Map<string, number> {
    const rows = this.#db
      .prepare<[string, string], { task: string; mean: number }>(
        `SELECT task, avg(score) AS mean FROM (${everywhere}) WHERE tree = ?
         AND task IN (SELECT value FROM json_each(?)) AND result IN ('passed', 'failed', 'timeout') GROUP BY task`,
      )
      .all(tree, JSON.stringify(tasks));
    return new Map(rows.map(({ task, mean }) => [task, mean]));
  }

  /** Trees that have been tried at all. */
  trees(): Set<string> {
    return new Set(this.#db.prepare<[], string>(`SELECT DISTINCT tree FROM (${everywhere})`).pluck().all());
  }
}
