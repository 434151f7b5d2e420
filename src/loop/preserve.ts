import type { Workspace } from "../workspace.ts";
import type { FileEntry } from "../domain/paths.ts";
import type { Position } from "../store/journal.ts";

/**
 * Commits the journal's new part to `refs/kira/journal/<clone>`, as a blob of its own, so that no blob is written
 * twice: `<segment>/<first byte>.jsonl`. A push of that ref carries the record to another machine.
 */
export async function preserve({ record, refs, objects, git, now }: Workspace): Promise<void> {
  const { journal } = record;
  const ref = `refs/kira/journal/${journal.cloneId}`;
  const [existing] = await refs.list(ref);
  const tip = existing && (await objects.readCommit(existing.oid));
  const from = tip ? endOf(tip.message) : { segment: 1, offset: 0 };
  const changes = new Map<string, FileEntry>();
  let end = from;
  for (const segment of journal.segments()) {
    if (segment < from.segment) continue;
    const offset = segment === from.segment ? from.offset : 0;
    const bytes = journal.bytes({ segment, offset });
    if (bytes.length === 0) continue;
    const name = (n: number, width: number) => String(n).padStart(width, "0");
    changes.set(`${name(segment, 6)}/${name(offset, 7)}.jsonl`, {
      mode: "100644",
      oid: await objects.writeBlob(bytes),
    });
    end = { segment, offset: offset + bytes.length };
  }
  if (changes.size === 0) return;
  const person = await git.committer();
  const commit = await objects.writeCommit({
    tree: (await objects.writeTree(tip?.tree, changes))!,
    parents: existing ? [existing.oid] : [],
    message: `journal to segment ${end.segment}, byte ${end.offset}\n`,
    author: person,
    committer: person,
    at: now(),
  });
  await refs.move([{ ref, from: existing?.oid, to: commit }]);
}

function endOf(message: string): Position {
  const [, segment, offset] = /segment (\d+), byte (\d+)/.exec(message) ?? [];
  return { segment: Number(segment ?? 1), offset: Number(offset ?? 0) };
}
