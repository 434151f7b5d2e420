import type { Decision } from "../domain/entry.ts";
import type { Proposal, Status } from "../domain/proposal.ts";
import type { Database } from "./database.ts";
import { EntryStore } from "./entries.ts";

/** A proposal with what follows from git and the record. */
export interface ProposalState extends Proposal {
  readonly status: Status;
  readonly rejectionReason: string | null;
}

/** The table `proposals`. The status in it is derived, and derived again whenever git or the record has moved. */
export class ProposalStore extends EntryStore<Proposal> {
  constructor(db: Database) {
    super(db, "proposals", "proposal", "kira-improve proposals");
  }

  /** @returns whether its number and its identity were free */
  add(proposal: Proposal): boolean {
    const {
      id,
      timestamp,
      analysisId,
      description,
      targetFiles,
      expectedImprovement,
      risk,
      parent,
      uuid,
      commit,
      tree,
    } = proposal;
    const { changes } = this.prepared(
      `INSERT OR IGNORE INTO proposals (id, timestamp, analysis_id, description, target_files, changes, expected_improvement, risk,
           parent_config_hash, uuid, commit_id, tree, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      id,
      timestamp,
      analysisId,
      description,
      JSON.stringify(targetFiles),
      JSON.stringify({ parent, commit, tree }),
      expectedImprovement,
      risk,
      parent,
      uuid,
      commit,
      tree,
      JSON.stringify(proposal),
    );
    if (changes === 1) this.#decide(id);
    return changes === 1;
  }

  /**
   * A clone's first word stands until it takes it back; of several clones', the earliest. The proposal may come after
   * the decision on it.
   */
  decide({ proposalId, timestamp, decision, reason }: Omit<Decision, "by">, clone: string): void {
    if (decision === "reopened")
      this.prepared("DELETE FROM decisions WHERE proposal_id = ? AND clone = ?").run(proposalId, clone);
    else
      this.prepared("INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?)").run(
        proposalId,
        clone,
        timestamp,
        reason,
      );
    this.#decide(proposalId);
  }

  #decide(id: number): void {
    this.prepared(
      `UPDATE proposals SET rejection_reason =
           (SELECT reason FROM decisions WHERE proposal_id = @id ORDER BY timestamp, clone LIMIT 1) WHERE id = @id`,
    ).run({ id });
  }

  setStatus(id: number, status: Status): void {
    this.prepared("UPDATE proposals SET status = ? WHERE id = ? AND status <> ?").run(status, id, status);
  }

  state(id: number): ProposalState {
    return this.#withState(this.get(id));
  }

  states(): ProposalState[] {
    const rows = this.db
      .prepare<[], { entry: string; status: Status; rejectionReason: string | null }>(
        "SELECT entry, status, rejection_reason AS rejectionReason FROM proposals ORDER BY id",
      )
      .all();
    return rows.map(({ entry, ...state }) => ({ ...(JSON.parse(entry) as Proposal), ...state }));
  }

  findByTree(tree: string): Proposal | undefined {
    return this.one("tree = ? ORDER BY id LIMIT 1", tree);
  }

  /** The digests of every idea that was ever proposed. */
  ideas(): Set<string> {
    return new Set(this.db.prepare<[], string>("SELECT entry ->> 'idea' FROM proposals").pluck().all());
  }

  findByUuid(uuid: string): Proposal | undefined {
    return this.one("uuid = ?", uuid);
  }

  /** The proposal that takes the place of another. */
  findRevision(uuid: string): Proposal | undefined {
    return this.one("entry ->> 'revises' = ? ORDER BY id DESC LIMIT 1", uuid);
  }

  findByCommit(commit: string): Proposal | undefined {
    return this.one("commit_id = ? ORDER BY id LIMIT 1", commit);
  }

  #withState(proposal: Proposal): ProposalState {
    const state = this.db
      .prepare<[number], { status: Status; rejectionReason: string | null }>(
        "SELECT status, rejection_reason AS rejectionReason FROM proposals WHERE id = ?",
      )
      .get(proposal.id)!;
    return { ...proposal, ...state };
  }
}
