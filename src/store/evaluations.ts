import type { FurtherScores } from "../domain/entry.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { Database } from "./database.ts";
import { EntryStore } from "./entries.ts";

/** The table `evaluations`. */
export class EvaluationStore extends EntryStore<Evaluation> {
  constructor(db: Database) {
    super(db, "evaluations", "evaluation", "kira-improve proposals --show <n>");
  }

  add(evaluation: Evaluation): void {
    const {
      id,
      timestamp,
      proposalId,
      baselineScore,
      modifiedScore,
      improvementPct,
      passed,
      runs,
      tasks,
      verdict,
    } = evaluation;
    this.db
      .prepare("INSERT INTO evaluations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        id,
        timestamp,
        proposalId,
        baselineScore,
        modifiedScore,
        improvementPct,
        Number(passed),
        runs,
        JSON.stringify(tasks),
        verdict,
        JSON.stringify(evaluation),
      );
  }

  /** Puts further tasks behind those of an evaluation that is there. */
  addScores({ evaluationId, tasks }: FurtherScores): void {
    const evaluation = this.get(evaluationId);
    const all = [...evaluation.tasks, ...tasks];
    this.db
      .prepare("UPDATE evaluations SET details = ?, entry = ? WHERE id = ?")
      .run(JSON.stringify(all), JSON.stringify({ ...evaluation, tasks: all }), evaluationId);
  }

  /** Of one proposal, oldest first. */
  of(proposalId: number): Evaluation[] {
    return this.many("proposal_id = ? ORDER BY id", proposalId);
  }

  /** How many proposals were judged. */
  judged(): number {
    return this.db.prepare<[], number>("SELECT count(DISTINCT proposal_id) FROM evaluations").pluck().get()!;
  }

  /** The numbers of those that ended in `improved`. */
  passed(): Set<number> {
    return new Set(this.db.prepare<[], number>("SELECT id FROM evaluations WHERE passed = 1").pluck().all());
  }
}
