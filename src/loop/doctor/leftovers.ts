import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { deadLeases } from "../../git/lease.ts";
import type { Workspace } from "../../workspace.ts";
import { refresh } from "../refresh.ts";
import { type Check, ok, warning } from "./check.ts";

const patienceMs = 10 * 60 * 1000;

/** What commands that were killed have left, ours and git's. */
export async function checkLeftovers(workspace: Workspace): Promise<Check[]> {
  return [await interrupted(workspace), locks(workspace), await branches(workspace)];
}

/** Both are put right by the next command that reads. */
async function interrupted(workspace: Workspace): Promise<Check> {
  const { record, git } = workspace;
  const intents = record.index.intents.open();
  const leases = deadLeases(git.commonDir);
  const orphans = await strayWorktrees(workspace);
  const parts = [
    ...(intents.length > 0 ? [`${intents.length} steps that were interrupted`] : []),
    ...(leases.length > 0 ? [`${leases.length} folders of trials whose command is gone`] : []),
  ];
  const why = "They take room, and an interrupted step waits to be finished.";
  if (parts.length > 0)
    return warning("leftovers", {
      ...{ found: `There are ${parts.join(" and ")}.`, why, fix: "kira-improve doctor --fix" },
      mend: () => refresh(workspace),
    });
  if (orphans.length === 0) return ok("leftovers", "none");
  const fix = orphans.map((path) => `git worktree remove -f -f '${path}'`).join(" && ");
  return warning("leftovers", {
    ...{ found: `git lists working trees of trials that nobody holds: ${orphans.join(", ")}.`, why, fix },
    mend: async () => {
      for (const path of orphans) await git.foreign(["worktree", "remove", "-f", "-f", path]);
    },
  });
}

/** Working trees with our names that no lease, of the living or of the dead, accounts for. */
async function strayWorktrees({ git }: Workspace): Promise<string[]> {
  const text = await git.foreign(["worktree", "list", "--porcelain"]);
  const leased = new Set(filesIn(join(git.commonDir, "kira/slots")));
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith("worktree ") ? [line.slice("worktree ".length)] : []))
    .filter((path) => !leased.has(/\/kira-trial-[0-9a-f-]{36}\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? ""))
    .filter((path) => /\/kira-trial-[0-9a-f-]{36}\//.test(path));
}

function locks({ git, repository, now }: Workspace): Check {
  const folders = [...new Set([git.commonDir, repository.gitDir])];
  const files = folders.flatMap((folder) => filesIn(folder).map((name) => join(folder, name)));
  const refs = filesIn(join(git.commonDir, "refs"), true).map((name) => join(git.commonDir, "refs", name));
  const old = [...files, ...refs]
    .filter((file) => file.endsWith(".lock"))
    .filter(
      (file) =>
        now().getTime() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > patienceMs,
    );
  if (old.length === 0) return ok("locks", "no lock of git's is older than ten minutes");
  return warning("locks", {
    found: `git left locks behind: ${old.join(", ")}.`,
    why: "git refuses to write what they stand for. If no git is at work here, they are a killed one's.",
    fix: `rm -f ${old.map((file) => `'${file}'`).join(" ")}`,
  });
}

async function branches({ refs, record }: Workspace): Promise<Check> {
  const known = new Set(record.index.proposals.list().map(({ branch }) => `refs/heads/${branch}`));
  const strange = (await refs.list("refs/heads/kira")).filter(({ name }) => !known.has(name));
  if (strange.length === 0) return ok("branches", "every kira branch is a proposal of the record");
  const names = strange.map(({ name }) => name.slice("refs/heads/".length));
  return warning("branches", {
    found: `There are branches that look like proposals and are none of the record's: ${names.join(", ")}.`,
    why: "They come from elsewhere, or were made by hand; nothing judges them.",
    fix: names
      .map((name) => `git branch -m '${name}' '${name.replace(/^kira\//, "from-kira/")}'`)
      .join(" && "),
  });
}

function filesIn(folder: string, recursive = false): string[] {
  try {
    return readdirSync(folder, { recursive, encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
