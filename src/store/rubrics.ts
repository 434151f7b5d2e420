import type { Look, Qualification } from "../domain/entry.ts";
import type { Database } from "./database.ts";

/** The tables `qualifications` and `looks`: what persons said of models that judge by rubrics. */
export class RubricStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  addQualification(found: Qualification): void {
    this.#db
      .prepare("INSERT INTO qualifications VALUES (?, ?, ?, ?)")
      .run(found.judgeDigest, found.judge, found.timestamp, JSON.stringify(found));
  }

  /** What was found last of exactly this judge. */
  qualification(judgeDigest: string): Qualification | undefined {
    return this.#last<Qualification>("qualifications WHERE judge_digest = ?", judgeDigest);
  }

  addLook(look: Look): void {
    this.#db
      .prepare("INSERT INTO looks VALUES (?, ?, ?)")
      .run(look.evaluationUuid, look.timestamp, JSON.stringify(look));
  }

  /** The last look at an evaluation's pairs. */
  look(evaluationUuid: string): Look | undefined {
    return this.#last<Look>("looks WHERE evaluation_uuid = ?", evaluationUuid);
  }

  #last<Item>(from: string, value: string): Item | undefined {
    const entry = this.#db
      .prepare<[string], string>(`SELECT entry FROM ${from} ORDER BY rowid DESC LIMIT 1`)
      .pluck()
      .get(value);
    return entry === undefined ? undefined : (JSON.parse(entry) as Item);
  }
}
