import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAgents, outcomeOf, parseLog, revertedBy } from "../domain/commits.ts";
import type { EntryOf } from "../domain/entry.ts";
import { readHead } from "../git/repository.ts";
import type { Workspace } from "../workspace.ts";

/** Fields of one commit for `parseLog`: hash, parents, author, authored at, message, each ended by NUL. */
const format = "--format=%H%x00%P%x00%an <%ae>%x00%aI%x00%B%x00";

/**
 * Finds the commits since the last ones seen and makes outcomes of those that are an agent's work. The hook only
 * hints that there is something to see; what it missed is found here all the same.
 */
export async function readHistory(workspace: Workspace): Promise<number> {
  const { record, git, settings, now } = workspace;
  const marked = takeMarks(workspace);
  const tips = marked ? await everyTip(workspace) : usualTips(workspace);
  const seen = JSON.parse(record.index.facts.find("seen") ?? "[]") as string[];
  if (tips.every((tip) => seen.includes(tip))) return 0;
  const known = await existing(workspace, seen);
  // Without a commit to start from, the history before us is not ours to count.
  if (seen.length === 0 || known.length === 0) {
    record.write(() => [{ kind: "seen", timestamp: now().toISOString(), tips }]);
    return 0;
  }
  const text = await git.foreign([
    "log",
    "--reverse",
    "--no-show-signature",
    "--no-notes",
    format,
    ...tips,
    "--not",
    ...known,
    "--",
  ]);
  const ours = (commit: string) =>
    record.index.proposals.findByCommit(commit) ?? record.index.archive.findByCommit(commit);
  const outcomes = parseLog(text).flatMap((commit): Omit<EntryOf<"outcome">, "id">[] => {
    if (ours(commit.hash)) return [];
    const reverted = revertedBy(commit);
    const told = reverted === undefined ? undefined : record.index.outcomes.findByCommit(reverted);
    const made = outcomeOf(commit, {
      plain: settings.hook.plainCommits,
      byAgent: isAgents(commit, settings.hook.agents),
      reverted: told,
    });
    return made === undefined || record.index.outcomes.tells(commit.hash, made)
      ? []
      : [
          {
            kind: "outcome",
            ...made,
            improvementId: null,
            sessionKey: null,
            source: "hook",
            commit: commit.hash,
          },
        ];
  });
  record.write((index) => {
    const first = index.outcomes.nextId();
    return [
      ...outcomes.map((outcome, i) => ({ ...outcome, id: first + i })),
      { kind: "seen" as const, timestamp: now().toISOString(), tips },
    ];
  });
  return outcomes.length;
}

/** Whether the hook has fired since the last look: then it may have been on any branch. */
function takeMarks({ home }: Workspace): boolean {
  const spool = join(home, "spool");
  if (!existsSync(spool)) return false;
  rmSync(spool);
  return true;
}

function usualTips({ live, repository }: Workspace): string[] {
  return [...new Set([live, readHead(repository)].filter((tip) => tip !== undefined))];
}

async function everyTip(workspace: Workspace): Promise<string[]> {
  const branches = await workspace.refs.list("refs/heads");
  const theirs = branches.filter(({ name }) => !name.startsWith("refs/heads/kira/proposal/"));
  return [...new Set([...usualTips(workspace), ...theirs.map(({ oid }) => oid)])];
}

/** Those of the commits that are still there: history can be rewritten. */
async function existing({ git }: Workspace, commits: readonly string[]): Promise<string[]> {
  if (commits.length === 0) return [];
  const text = await git.foreign(["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    stdin: commits.join("\n") + "\n",
  });
  return text.split("\n").flatMap((line) => (line.endsWith(" commit") ? [line.slice(0, 40)] : []));
}
