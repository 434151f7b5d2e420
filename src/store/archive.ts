import type { ArchiveNode } from "../domain/node.ts";
import type { Database } from "./database.ts";
import { SealedStore } from "./sealed.ts";

const columns = `id, timestamp, parent_id, proposal_id, config_hash, config_snapshot, performance_delta, description,
  commit_id, entry, clone`;

/** The table `archive`: the accepted states of the configuration. */
export class ArchiveStore extends SealedStore<ArchiveNode> {
  constructor(db: Database) {
    const keys = ["id", "commit_id", "clone"];
    super(db, { table: "archive", keys }, "archive node", "kira-improve archive --list");
  }

  /**
   * Two clones may archive one commit under one number, as both do with the first: then the earlier word stands.
   * @returns whether the number was free or this commit's
   */
  add(node: ArchiveNode, clone: string): boolean {
    const { id, timestamp, parentId, proposalId, configHash, snapshot, delta, description, commit } = node;
    const { changes } = this.prepared(
      `INSERT INTO archive (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET (${columns}) = (${columns.replaceAll(/\w+/g, "excluded.$&")})
         WHERE commit_id = excluded.commit_id AND (excluded.timestamp, excluded.clone) < (timestamp, clone)`,
    ).run(
      id,
      timestamp,
      parentId,
      proposalId,
      configHash,
      JSON.stringify(snapshot),
      delta,
      description,
      commit,
      JSON.stringify(node),
      clone,
    );
    if (changes === 1) this.seal(id);
    return this.find(id)?.commit === commit;
  }

  /** The newest node on a commit. */
  findByCommit(commit: string): ArchiveNode | undefined {
    return this.one("commit_id = ? ORDER BY id DESC LIMIT 1", commit);
  }
}
