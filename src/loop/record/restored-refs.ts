import type { Manifest } from "../../domain/backup.ts";
import { KiraError } from "../../domain/errors.ts";
import type { Move, Refs } from "../../git/refs.ts";
import { journalRef } from "./preserve.ts";

/** Where the backup's production is kept if production here stands elsewhere. */
export const keptProduction = ({ refs, production }: Manifest) =>
  `refs/kira/restored/${refs[production]!.slice(0, 10)}`;

/**
 * What is missing here is made, and what stands elsewhere stays, but for what only grows.
 * @param before the id of the clone that this was until now
 * @throws KiraError `conflict` where both cannot be
 */
export async function movesFor(
  refs: Refs,
  manifest: Manifest,
  before: string | undefined,
): Promise<{ moves: Move[]; kept: string[] }> {
  const present = new Map((await refs.list("refs")).map((ref) => [ref.name, ref]));
  const moves: Move[] = [];
  const kept: string[] = [];
  const ours = (ref: string) => ref === journalRef(manifest.clone) || ref.startsWith("refs/kira/artifacts/");
  const old = before === undefined ? undefined : present.get(journalRef(before));
  if (old) moves.push({ ref: old.name, from: old.oid, to: undefined });
  for (const [ref, to] of Object.entries(manifest.refs)) {
    const here = present.get(ref);
    if (here?.oid === to) continue;
    if (here === undefined) moves.push({ ref, from: undefined, to });
    else if (/^refs\/kira\/(ids|rejected|exchanges)\//.test(ref))
      throw new KiraError(
        "conflict",
        `${ref} names something else here than in the backup, and nothing was changed. Restore into a fresh clone.`,
      );
    else if (ref.startsWith("refs/tags/") && here.target === (await refs.findCommit(to))) continue;
    else if (ref.startsWith("refs/heads/")) kept.push(ref);
    else if (await refs.isAncestor(to, here.target)) continue;
    else if (ours(ref) || (await refs.isAncestor(here.target, to))) moves.push({ ref, from: here.oid, to });
    else kept.push(ref);
  }
  const keep = keptProduction(manifest);
  if (kept.includes(manifest.production) && !present.has(keep))
    moves.push({ ref: keep, from: undefined, to: manifest.refs[manifest.production]! });
  return { moves, kept };
}
