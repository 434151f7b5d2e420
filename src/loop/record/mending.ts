import { KiraError } from "../../domain/errors.ts";
import { JournalDamage } from "../../store/batch.ts";
import { isIndexDamage } from "../../store/sqlite-errors.ts";
import type { Workspace } from "../../workspace.ts";
import { mendJournal } from "./mend-journal.ts";
import { refresh } from "../refresh.ts";

/**
 * Brings everything up to date and does something. If the index turns out to be damaged, it is made again from the
 * journal, and a journal that has lost something from git; then all is done once more.
 * @throws KiraError `conflict` if something was recorded before the damage was met: twice would be too often
 */
export async function mending<T>(workspace: Workspace, act: () => Promise<T>): Promise<T> {
  const { record } = workspace;
  // Whatever it has recorded by then, it does not record again.
  await refresh(workspace).catch(async (error: unknown) => {
    await mend(workspace, error);
    await refresh(workspace);
  });
  const before = record.journal.end();
  try {
    return await act();
  } catch (error) {
    await mend(workspace, error);
    await refresh(workspace);
    const { segment, offset } = record.journal.end();
    if (segment === before.segment && offset === before.offset) return act();
    throw new KiraError(
      "conflict",
      "The record was damaged, and what this command had recorded by then is kept. It has been mended; run the command again.",
      { cause: error },
    );
  }
}

async function mend(workspace: Workspace, error: unknown): Promise<void> {
  if (error instanceof JournalDamage) return mendJournal(workspace);
  if (!isIndexDamage(error)) throw error;
  workspace.record.rebuild();
  workspace.record.whenRebuilt();
}
