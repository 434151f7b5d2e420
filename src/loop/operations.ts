import { type Operation, undone } from "../domain/operation.ts";
import type { Workspace } from "../workspace.ts";

/** An operation, and whether it has been taken back. */
export interface ListedOperation extends Operation {
  readonly undone: boolean;
}

/** Every step that moved refs, newest first. */
export function listOperations({ record }: Pick<Workspace, "record">, limit: number): ListedOperation[] {
  const all = record.index.operations.newestFirst();
  const gone = undone(all);
  return all.slice(0, limit).map((operation) => ({ ...operation, undone: gone.has(operation.uuid) }));
}
