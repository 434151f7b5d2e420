import { plainRefspecs, remoteNames } from "../../git/remote.ts";
import type { Workspace } from "../../workspace.ts";
import { fetchTheRecord } from "../init.ts";
import { type Check, ok, warning } from "./check.ts";

/** Whether a plain fetch brings what other clones have recorded. */
export async function checkRemotes({ git }: Workspace): Promise<Check> {
  const names = await remoteNames(git);
  if (names.length === 0) return ok("remotes", "none; the record is on this machine alone");
  const lacking: string[] = [];
  for (const name of names) {
    const asked = await git.userAnswer(["config", "--local", "--get-all", `remote.${name}.fetch`], {
      answers: [1],
    });
    const specs = asked.stdout.split("\n");
    if (plainRefspecs(name).some((wanted) => !specs.includes(wanted))) lacking.push(name);
  }
  if (lacking.length === 0) return ok("remotes", `${names.join(", ")}; a fetch brings the record along`);
  return warning("remotes", {
    found: `A fetch from ${lacking.join(", ")} brings neither the notes nor the record.`,
    why: "What other clones have recorded is not seen here until it is fetched.",
    fix: "kira-improve init",
    mend: () => fetchTheRecord(git),
  });
}
