import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../../workspace.ts";
import { ourRefs } from "../record/fingerprint.ts";
import { mendJournal } from "../record/mend-journal.ts";
import { reindex } from "../reindex.ts";
import { verifyRecord } from "../record/verify-record.ts";
import { verifyShown } from "../record/verify-shown.ts";
import { type Check, failure, ok, warning } from "./check.ts";

/** All that is kept, read again: every object that our refs lead to, every line of the journal, every row. */
export async function checkRecord(workspace: Workspace): Promise<Check[]> {
  const objects = await checkObjects(workspace);
  // The rest is read from them.
  if (objects.level !== "ok") return [objects];
  return [objects, await checkJournal(workspace), await checkShown(workspace)];
}

async function checkObjects({ git }: Workspace): Promise<Check> {
  // Without a look into tags: one that is damaged is what is looked for.
  const list = await git.foreign(["for-each-ref", "--format=%(objectname)", ...ourRefs]);
  const tips = list.split("\n").filter(Boolean);
  const { status, stderr, stdout } = await git.foreignAnswer(
    ["fsck", "--strict", "--no-dangling", "--no-progress", ...tips],
    { answers: [1, 2, 3, 4, 8] },
  );
  if (status === 0)
    return ok("objects", `git fsck finds nothing wrong with what ${tips.length} refs lead to`);
  const lines = `${stdout}\n${stderr}`.trim().split("\n");
  const said = lines.find((line) => /\b[0-9a-f]{40}\b/.test(line)) ?? lines[0];
  const unreadable = lines
    .filter((line) => /unpack|corrupt|mismatch|garbage|unable to (parse|read)/i.test(line))
    .flatMap((line) => line.match(/\b[0-9a-f]{40}\b/g) ?? [])
    .map((oid) => join(git.commonDir, "objects", oid.slice(0, 2), oid.slice(2)))
    .filter((file) => existsSync(file));
  const remove = [...new Set(unreadable)].map((file) => `rm -f '${file}' && `).join("");
  return failure("objects", {
    found: `git fsck finds damage: ${said}.`,
    why: "What an accepted state or a verdict rests on cannot be read.",
    // Not `git bundle unbundle`: it wants every ref to be sound first. The pack begins behind the empty line.
    fix: `${remove}LC_ALL=C sed '1,/^$/d' <the file of a backup> | git index-pack --stdin`,
  });
}

async function checkJournal(workspace: Workspace): Promise<Check> {
  const findings = await verifyRecord(workspace);
  const [first] = findings;
  if (first === undefined)
    return ok("record", "the journal is as git holds it, and the index as the journal says");
  const more = findings.length > 1 ? ` There are ${findings.length - 1} more findings.` : "";
  return failure("record", {
    found: `${first.found}${more}`,
    why: "An answer may be wrong, and a verdict may not be what was measured.",
    fix: "kira-improve doctor --full --fix",
    mend: async () => {
      await mendJournal(workspace);
      await reindex(workspace);
    },
  });
}

async function checkShown(workspace: Workspace): Promise<Check> {
  const misleading = await verifyShown(workspace);
  if (misleading.length === 0) return ok("shown", "notes and tags say what the record says");
  return warning("shown", {
    found: misleading.map(({ found }) => found).join(" "),
    why: "Who looks with plain git is told something else than what is on record.",
    fix: [...misleading.map(({ removal }) => removal), "kira-improve status"].join(" && "),
  });
}
