import { sayRenumbered } from "../loop/sync/say-taken-in.ts";
import type { Synced } from "../loop/sync.ts";
import { plural } from "./numbers.ts";

export function renderSync(
  { remote, received, pushed, renumbered, refused, production }: Synced,
  branch: string,
): string {
  const said = {
    same: undefined,
    behind: `${remote} has a newer ${branch}, which is left to you. Fast-forward with: ${production.command}`,
    ahead: `${branch} is not on ${remote} yet, which is left to you. Push it with: ${production.command}`,
    apart: `${branch} and ${remote}/${branch} have gone different ways; bring them together with git, then run sync again.`,
    absent: `${remote} has no ${branch} yet. Push it with: ${production.command}`,
  }[production.kind];
  const done =
    received.length === 0 && pushed === 0
      ? [`${remote} and this clone have the same record.`]
      : [
          ...(received.length === 0
            ? []
            : [`Taken in from ${remote}: what ${plural(received.length, "clone")} recorded.`]),
          pushed === 0
            ? `There was nothing to push to ${remote}.`
            : `Pushed to ${remote}: ${plural(pushed, "ref")}.`,
        ];
  return [...done, ...renumbered.map(sayRenumbered), ...refused, ...(said === undefined ? [] : [said])].join(
    "\n",
  );
}
