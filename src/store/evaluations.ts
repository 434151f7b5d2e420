import type { FurtherScores } from "../domain/entry.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { Database } from "./database.ts";
import { SealedStore } from "./sealed.ts";

/** The table `evaluations`. */
export class EvaluationStore extends SealedStore<Evaluation> {
  constructor(db: Database) {
    const keys = ["id", "proposal_id", "passed", "verdict", "clone"];
    super(db, { table: "evaluations", keys }, "evaluation", "kira-improve proposals --show <n>");
  }

  /** @returns whether its number was free */
  add(evaluation: Evaluation, clone: string): boolean {
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
    const { changes } = this.prepared(
      `INSERT OR IGNORE INTO evaluations (id, timestamp, proposal_id, baseline_score, modified_score, improvement_pct,
           passed, runs, details, verdict, entry, clone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
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
      clone,
    );
    if (changes === 1) this.seal(id);
    return changes === 1;
  }

  /** Puts further tasks behind those of an evaluation that the same clone recorded. */
  addScores({ evaluationId, tasks }: FurtherScores, clone: string): void {
    const evaluation = this.one("id = ? AND clone = ?", evaluationId, clone);
    if (!evaluation) return;
    const all = [...evaluation.tasks, ...tasks];
    this.prepared("UPDATE evaluations SET details = ?, entry = ? WHERE id = ?").run(
      JSON.stringify(all),
      JSON.stringify({ ...evaluation, tasks: all }),
      evaluationId,
    );
    this.seal(evaluationId);
  }

  /** Of one proposal, oldest first. */
  of(proposalId: number): Evaluation[] {
    return this.many("proposal_id = ? ORDER BY id", proposalId);
  }

  /** The last one of a proposal. */
  latestOf(proposalId: number): Evaluation | undefined {
    return this.one("proposal_id = ? ORDER BY id DESC LIMIT 1", proposalId);
  }

  /** Of one proposal, oldest first: those that a clone made itself. */
  madeBy(clone: string, proposalId: number): Evaluation[] {
    return this.many("proposal_id = ? AND clone = ? ORDER BY id", proposalId, clone);
  }

  /** The last one that a clone made itself. */
  latestBy(clone: string): Evaluation | undefined {
    return this.one("clone = ? ORDER BY id DESC LIMIT 1", clone);
  }

  /** The proposals that were judged. */
  judged(): Set<number> {
    return new Set(this.db.prepare<[], number>("SELECT DISTINCT proposal_id FROM evaluations").pluck().all());
  }

  /** The numbers of those that ended in `improved`. */
  passed(): Set<number> {
    return new Set(this.db.prepare<[], number>("SELECT id FROM evaluations WHERE passed = 1").pluck().all());
  }
}
