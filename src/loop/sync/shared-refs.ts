import type { Ref } from "../../git/refs.ts";
import { trackingPrefix } from "../../git/remote.ts";
import type { Workspace } from "../../workspace.ts";

export type Named = ReadonlyMap<string, Ref>;

/** The refs of the record, by name: those of this clone, and those a remote had when it was fetched. */
export interface Sides {
  readonly here: Named;
  readonly theirs: Named;
  /** Where production stands there. */
  readonly production: string | undefined;
}

export async function bothSides(
  { refs, production }: Pick<Workspace, "refs" | "production">,
  remote: string,
): Promise<Sides> {
  const branch = `refs/remotes/${remote}/${production}`;
  const prefix = trackingPrefix(remote);
  const here = new Map<string, Ref>();
  const theirs = new Map<string, Ref>();
  const spaces = ["refs/kira", "refs/notes/kira", "refs/tags/kira", "refs/heads/kira"];
  for (const ref of await refs.list(...spaces, branch))
    if (ref.name.startsWith(prefix)) theirs.set(`refs/${ref.name.slice(prefix.length)}`, ref);
    else here.set(ref.name, ref);
  return { here, theirs, production: here.get(branch)?.oid };
}
