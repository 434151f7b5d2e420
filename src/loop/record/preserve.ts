import { KiraError } from "../../domain/errors.ts";
import type { Workspace } from "../../workspace.ts";
import type { FileEntry } from "../../domain/paths.ts";
import type { Git } from "../../git/git.ts";
import { pathOfPart } from "../../git/journal-parts.ts";
import { nameInSettings } from "../../git/journals.ts";
import { readRef } from "../../git/repository.ts";
import type { Position } from "../../store/journal.ts";

/** Attempts while another command commits its part; git itself waits a tenth of a second for each. */
const mostTries = 20;
/** How many parts are compressed and synced at a time. */
const together = 4;

export const journalRef = (cloneId: string) => `refs/kira/journal/${cloneId}`;

/**
 * Commits the journal's new part to `refs/kira/journal/<clone>`, as a blob of its own, so that no blob is written
 * twice: see {@link pathOfPart}. A push of that ref carries the record to another machine.
 * @returns whether there was anything new
 */
export async function preserve(workspace: Workspace): Promise<boolean> {
  const { repository, record } = workspace;
  const ref = journalRef(record.journal.cloneId);
  for (let tries = 1; ; tries++) {
    const tip = readRef(repository, ref);
    try {
      return await commitNewPart(workspace, ref, tip);
    } catch (error) {
      // Another command was first, and may have committed our part with its own: what this one did is done all the same.
      const isBusy = error instanceof KiraError && error.code === "conflict";
      if (!isBusy || (tries >= mostTries && readRef(repository, ref) === tip)) throw error;
    }
  }
}

async function commitNewPart(
  { record: { journal }, refs, objects, git, now }: Workspace,
  ref: string,
  existing: string | undefined,
): Promise<boolean> {
  const tip = existing === undefined ? undefined : await objects.readCommit(existing);
  const from = tip ? endOf(tip.message) : { segment: 1, offset: 0 };
  const changes = new Map<string, FileEntry>();
  let end = from;
  const parts = journal
    .segments()
    .filter((segment) => segment >= from.segment)
    .map((segment) => ({ segment, offset: segment === from.segment ? from.offset : 0 }));
  while (parts.length > 0) {
    const some = parts
      .splice(0, together)
      .map((part) => ({ ...part, bytes: journal.bytes(part) }))
      .filter(({ bytes }) => bytes.length > 0);
    const oids = await Promise.all(some.map(({ bytes }) => objects.writeBlob(bytes)));
    for (const [i, { segment, offset, bytes }] of some.entries()) {
      changes.set(pathOfPart({ segment, offset }), { mode: "100644", oid: oids[i]! });
      end = { segment, offset: offset + bytes.length };
    }
  }
  if (changes.size === 0) return false;
  await keepName(git, journal.cloneId);
  const person = await git.committer();
  const commit = await objects.writeCommit({
    tree: (await objects.writeTree(tip?.tree, changes))!,
    parents: existing === undefined ? [] : [existing],
    message: `journal to segment ${end.segment}, byte ${end.offset}\n`,
    author: person,
    committer: person,
    at: now(),
  });
  await refs.move([{ ref, from: existing, to: commit }]);
  return true;
}

/** In git's settings, too, so that a clone whose folder `kira` was deleted goes on as itself. */
async function keepName(git: Git, cloneId: string): Promise<void> {
  if (nameInSettings(git.commonDir) === cloneId) return;
  try {
    await git.user(["config", "--local", "--replace-all", "kira.cloneId", cloneId]);
  } catch (error) {
    // Another program holds the settings, and may write just this; if not, the next part that is committed sees to it.
    if (!(error instanceof KiraError)) throw error;
  }
}

function endOf(message: string): Position {
  const [, segment, offset] = /segment (\d+), byte (\d+)/.exec(message) ?? [];
  return { segment: Number(segment ?? 1), offset: Number(offset ?? 0) };
}
