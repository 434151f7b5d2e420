import type { Outcome, Result } from "../domain/outcome.ts";
import type { Database } from "./database.ts";
import { isTimed, isWork, RollUps } from "./roll-ups.ts";

const columns = `id, timestamp, task, outcome, category, duration_seconds AS durationSeconds, notes,
  improvement_id AS improvementId, session_key AS sessionKey, source, commit_id AS "commit"`;

/** Counts of outcomes by result. */
export type Counts = Readonly<Record<Result, number>>;

/** The table `tasks`: what the agent did. Rows are appended and never changed. */
export class OutcomeStore {
  readonly #db: Database;
  readonly #add;
  readonly #rollUps;
  #isCounting = true;

  constructor(db: Database) {
    this.#db = db;
    // Values in order, not by name: a third less time for each of a million.
    this.#add = db.prepare(
      `INSERT OR IGNORE INTO tasks (id, timestamp, task, outcome, category, duration_seconds, notes, improvement_id, session_key, source, commit_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#rollUps = new RollUps(db);
  }

  /**
   * Adds an outcome with its number; one that is there already changes nothing. A commit that two clones tell of
   * counts once, under the lower number.
   * @returns whether the number was free or this outcome's
   */
  add(outcome: Outcome): boolean {
    if (this.#insert(outcome)) {
      this.#tally(outcome, 1);
      return true;
    }
    const { id, source, commit } = outcome;
    const twin = source === "hook" && commit !== null ? this.findByCommit(commit) : undefined;
    if (!twin || (twin.id !== id && this.find(id) !== undefined)) return false;
    this.#retire(Math.max(id, twin.id));
    if (twin.id <= id) return true;
    this.#db.prepare("DELETE FROM tasks WHERE id = ?").run(twin.id);
    this.#tally(twin, -1);
    return this.add(outcome);
  }

  /** For whoever fills an empty index: what is added is counted at the end, all at once. */
  addAll<Added>(add: () => Added): Added {
    this.#isCounting = false;
    try {
      const added = add();
      this.#rollUps.addAll();
      return added;
    } finally {
      this.#isCounting = true;
    }
  }

  nextId(): number {
    return this.#db
      .prepare<[], number>(
        `SELECT 1 + max(coalesce((SELECT max(id) FROM tasks), 0),
           coalesce((SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'retired'), 0))`,
      )
      .pluck()
      .get()!;
  }

  /** How many there are, merges among them. */
  count(): number {
    return this.#db.prepare<[], number>("SELECT count(*) FROM tasks").pluck().get()!;
  }

  /** A number that a journal uses is never given again, though no row has it. */
  #retire(id: number): void {
    this.#db
      .prepare(
        `INSERT INTO facts VALUES ('retired', ?)
         ON CONFLICT DO UPDATE SET value = max(CAST(value AS INTEGER), excluded.value)`,
      )
      .run(String(id));
  }

  #insert(outcome: Outcome): boolean {
    const { changes } = this.#add.run(
      outcome.id,
      outcome.timestamp,
      outcome.task,
      outcome.outcome,
      outcome.category,
      outcome.durationSeconds,
      outcome.notes,
      outcome.improvementId,
      outcome.sessionKey,
      outcome.source,
      outcome.commit,
    );
    return changes === 1;
  }

  #tally(outcome: Outcome, by: 1 | -1): void {
    if (this.#isCounting) this.#rollUps.add(outcome, by);
  }

  find(id: number): Outcome | undefined {
    return this.#db.prepare<[number], Outcome>(`SELECT ${columns} FROM tasks WHERE id = ?`).get(id);
  }

  /** The outcome that a commit was, if it was one. */
  findByCommit(commit: string): Outcome | undefined {
    return this.#db
      .prepare<[string], Outcome>(`SELECT ${columns} FROM tasks WHERE source = 'hook' AND commit_id = ?`)
      .get(commit);
  }

  /** Whether a commit's outcome has been counted, under this hash or before an amend or rebase. */
  tells(commit: string, { timestamp, task }: Pick<Outcome, "timestamp" | "task">): boolean {
    return (
      this.#db
        .prepare(
          "SELECT 1 FROM tasks WHERE source = 'hook' AND (commit_id = ? OR (timestamp = ? AND task = ?))",
        )
        .get(commit, timestamp, task) !== undefined
    );
  }

  /** Failures of real work in [since, until), oldest first. */
  failures(
    since: string,
    until: string,
  ): IterableIterator<Pick<Outcome, "id" | "task" | "notes" | "category">> {
    return this.#db
      .prepare<[string, string], Pick<Outcome, "id" | "task" | "notes" | "category">>(
        `SELECT id, task, notes, category FROM tasks WHERE outcome = 'failure' AND timestamp >= ? AND timestamp < ? AND ${isWork} ORDER BY id`,
      )
      .iterate(since, until);
  }

  /** Outcomes of real work other than failures of `category`, newest first: what a pattern is told from. */
  contrast(category: string, since: string, limit: number): Outcome[] {
    return this.#db
      .prepare<[string, string, number], Outcome>(
        `SELECT ${columns} FROM tasks WHERE timestamp >= ? AND NOT (category = ? AND outcome = 'failure') AND ${isWork} ORDER BY id DESC LIMIT ?`,
      )
      .all(since, category, limit);
  }

  /**
   * Failures of a category with everything known about them, newest first. Sorted by `+id`, which keeps SQLite from
   * walking through all outcomes backwards instead of using the index of failures.
   */
  failuresOf(category: string, since: string, limit: number): Outcome[] {
    return this.#db
      .prepare<[string, string, number], Outcome>(
        `SELECT ${columns} FROM tasks WHERE outcome = 'failure' AND timestamp >= ? AND category = ? AND ${isWork} ORDER BY +id DESC LIMIT ?`,
      )
      .all(since, category, limit);
  }

  /** How often each duration occurred among work that did not fail, by category; read like `counts`. */
  durations(
    since: string,
    until: string,
  ): IterableIterator<{ category: string; seconds: number; count: number }> {
    return this.#db
      .prepare<Span, { category: string; seconds: number; count: number }>(
        `SELECT category, seconds, sum(count) AS count FROM (
           SELECT category, seconds, count FROM durations WHERE ${isWholeDay}
           UNION ALL
           SELECT category, duration_seconds AS seconds, 1 AS count FROM tasks WHERE ${isBefore} AND ${isTimed}
           UNION ALL
           SELECT category, duration_seconds AS seconds, 1 AS count FROM tasks WHERE ${isAfter} AND ${isTimed}
         ) GROUP BY category, seconds ORDER BY category, seconds`,
      )
      .iterate(spanOf(since, until));
  }

  /** Work in [since, until) that did not fail but took longer than its category's limit, oldest first. */
  slowerThan(limits: ReadonlyMap<string, number>, since: string, until: string): IterableIterator<Outcome> {
    return this.#db
      .prepare<[string, string, string, number], Outcome>(
        `WITH limits (category, seconds) AS MATERIALIZED (SELECT key, value FROM json_each(?))
         SELECT ${columns} FROM tasks CROSS JOIN limits USING (category)
         WHERE timestamp >= ? AND timestamp < ? AND duration_seconds > ? AND ${isTimed}
           AND duration_seconds > seconds ORDER BY id`,
      )
      .iterate(JSON.stringify(Object.fromEntries(limits)), since, until, Math.min(...limits.values()));
  }

  /** Counts of real work by category in [since, until): whole days from the roll-up, the broken ones by row. */
  counts(since: string, until: string): Map<string, Counts> {
    const rows = this.#db
      .prepare<Span, Counts & { category: string }>(
        `SELECT category, sum(success) AS success, sum(failure) AS failure, sum(partial) AS partial FROM (
           SELECT category, success, failure, partial FROM daily WHERE ${isWholeDay} AND ${isWork}
           UNION ALL
           SELECT category, outcome = 'success', outcome = 'failure', outcome = 'partial' FROM tasks
           WHERE ${isBefore} AND ${isWork}
           UNION ALL
           SELECT category, outcome = 'success', outcome = 'failure', outcome = 'partial' FROM tasks
           WHERE ${isAfter} AND ${isWork}
         ) GROUP BY category ORDER BY category`,
      )
      .all(spanOf(since, until));
    return new Map(rows.map(({ category, ...counts }) => [category, counts]));
  }

  /** Counts of real work by day, oldest first. */
  byDay(sinceDay: string): Array<Counts & { day: string }> {
    return this.#db
      .prepare<[string], Counts & { day: string }>(
        `SELECT day, sum(success) AS success, sum(failure) AS failure, sum(partial) AS partial
         FROM daily WHERE day >= ? AND ${isWork} GROUP BY day ORDER BY day`,
      )
      .all(sinceDay);
  }

  total(): Counts {
    return this.#db
      .prepare<[], Counts>(
        `SELECT coalesce(sum(success), 0) AS success, coalesce(sum(failure), 0) AS failure, coalesce(sum(partial), 0) AS partial
         FROM daily WHERE ${isWork}`,
      )
      .get()!;
  }
}

/** A period as whole days and what is left of it before and after them. */
type Span = Readonly<Record<"since" | "firstWhole" | "lastDay" | "until", string>>;

const isWholeDay = "day >= @firstWhole AND day < @lastDay";
const isBefore = "timestamp >= @since AND timestamp < min(@until, @firstWhole)";
const isAfter = "timestamp >= max(@since, @firstWhole, @lastDay) AND timestamp < @until";

function spanOf(since: string, until: string): Span {
  const firstWhole = since.endsWith("T00:00:00.000Z") ? since.slice(0, 10) : nextDay(since);
  return { since, firstWhole, lastDay: until.slice(0, 10), until };
}

function nextDay(timestamp: string): string {
  return new Date(Date.parse(`${timestamp.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
