import type { Workspace } from "../../workspace.ts";
import { type Check, failure, ok } from "./check.ts";

const own = ["refs/kira", "refs/notes/kira", "refs/tags/kira", "refs/heads/kira"];

/** Every object that our refs lead to, read and hashed again. */
export async function checkRecord({ git }: Workspace): Promise<Check[]> {
  // Without a look into tags: one that is damaged is what is looked for.
  const list = await git.foreign(["for-each-ref", "--format=%(objectname)", ...own]);
  const tips = list.split("\n").filter(Boolean);
  const { status, stderr, stdout } = await git.foreignAnswer(
    ["fsck", "--strict", "--no-dangling", "--no-progress", ...tips],
    { answers: [1, 2, 3, 4, 8] },
  );
  if (status === 0)
    return [ok("objects", `git fsck finds nothing wrong with what ${tips.length} refs lead to`)];
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  const said = lines.find((line) => /\b[0-9a-f]{40}\b/.test(line)) ?? lines[0];
  return [
    failure("objects", {
      found: `git fsck finds damage: ${said}.`,
      why: "What an accepted state or a verdict rests on cannot be read.",
      fix: "kira-improve restore <backup>",
    }),
  ];
}
