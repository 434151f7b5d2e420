import type { ArchiveNode } from "../domain/node.ts";
import type { Database } from "./database.ts";
import { EntryStore } from "./entries.ts";

/** The table `archive`: the accepted states of the configuration. */
export class ArchiveStore extends EntryStore<ArchiveNode> {
  constructor(db: Database) {
    super(db, "archive", "archive node", "kira-improve archive --list");
  }

  add(node: ArchiveNode): void {
    const { id, timestamp, parentId, proposalId, configHash, snapshot, delta, description, commit } = node;
    this.db
      .prepare("INSERT OR IGNORE INTO archive VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
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
      );
  }

  /** The newest node on a commit. */
  findByCommit(commit: string): ArchiveNode | undefined {
    return this.one("commit_id = ? ORDER BY id DESC LIMIT 1", commit);
  }
}
