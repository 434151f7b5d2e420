import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { isAgents, type LoggedCommit, outcomeOf, parseLog, revertedBy } from "../../domain/commits.ts";
import type { Config } from "../../domain/config.ts";
import type { EntryOf } from "../../domain/entry.ts";
import { readHead } from "../../git/repository.ts";
import type { Index } from "../../store/index.ts";
import type { Workspace } from "../../workspace.ts";

/** Fields of one commit for `parseLog`: hash, parents, author, authored at, message, each ended by NUL. */
const format = "--format=%H%x00%P%x00%an <%ae>%x00%aI%x00%B%x00";

/**
 * Finds the commits since the last ones seen and makes outcomes of those that are an agent's work. The hook only
 * hints that there is something to see; what it missed is found here all the same.
 */
export async function readHistory(workspace: Workspace): Promise<number> {
  const { record, home } = workspace;
  const hints = {
    fresh: join(home, "spool"),
    taken: join(home, "spool.taken"),
    seen: join(home, "spool.seen"),
  };
  // Kept until all is recorded: the commit behind a lost hint would not be looked for.
  if (existsSync(hints.fresh)) renameSync(hints.fresh, hints.taken);
  const seen = JSON.parse(record.index.facts.find("seen") ?? "[]") as string[];
  const isSeen = (tip: string) => seen.includes(tip);
  if (!existsSync(hints.taken) && currentTips(workspace).every(isSeen)) return 0;
  const tips = await everyTip(workspace);
  const found = tips.every(isSeen) ? 0 : await readCommits(workspace, tips, seen);
  // When the hook last fired is told by the time of its mark.
  if (existsSync(hints.taken)) renameSync(hints.taken, hints.seen);
  return found;
}

async function readCommits(
  workspace: Workspace,
  tips: readonly string[],
  seen: readonly string[],
): Promise<number> {
  const { record, git, settings, now } = workspace;
  const known = await existing(workspace, seen);
  const log = ["log", "--reverse", "--no-show-signature", "--no-notes", format];
  // Without a commit to start from, the history before us is not ours to count.
  const text = known.length === 0 ? "" : await git.foreign([...log, ...tips, "--not", ...known, "--"]);
  const entries = record.write((index) => {
    const first = index.outcomes.nextId();
    return [
      ...outcomesOf(parseLog(text), index, settings.hook).map((told, i) => ({ ...told, id: first + i })),
      { kind: "seen" as const, timestamp: now().toISOString(), tips },
    ];
  });
  return entries.length - 1;
}

type Told = Omit<EntryOf<"outcome">, "id">;

/** What commits, oldest first, tell that neither the index nor an earlier one of them has told. */
function outcomesOf(
  commits: readonly LoggedCommit[],
  index: Index,
  { plainCommits: plain, agents }: Config["hook"],
): Told[] {
  const told = new Map<string, Told>();
  const byWork = new Set<string>();
  for (const commit of commits) {
    const { hash } = commit;
    if (index.proposals.findByCommit(hash) ?? index.archive.findByCommit(hash)) continue;
    const revertedHash = revertedBy(commit) ?? "";
    const reverted = told.get(revertedHash) ?? index.outcomes.findByCommit(revertedHash);
    const made = outcomeOf(commit, { plain, byAgent: isAgents(commit, agents), reverted });
    const work = JSON.stringify([made?.timestamp, made?.task]);
    if (!made || byWork.has(work) || index.outcomes.tells(hash, made)) continue;
    byWork.add(work);
    const nothing = { improvementId: null, sessionKey: null };
    told.set(hash, { kind: "outcome", ...made, ...nothing, source: "hook", commit: hash });
  }
  return [...told.values()];
}

function currentTips({ live, repository }: Workspace): string[] {
  return [...new Set([live, readHead(repository)].filter((tip) => tip !== undefined))];
}

/** Where every branch stands, without those of proposals. */
export async function everyTip(workspace: Workspace): Promise<string[]> {
  const branches = await workspace.refs.list("refs/heads");
  const theirs = branches.filter(({ name }) => !name.startsWith("refs/heads/kira/proposal/"));
  return [...new Set([...currentTips(workspace), ...theirs.map(({ oid }) => oid)])];
}

/** Those of the commits that are still there: history can be rewritten. */
async function existing({ git }: Workspace, commits: readonly string[]): Promise<string[]> {
  if (commits.length === 0) return [];
  const text = await git.foreign(["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    stdin: commits.join("\n") + "\n",
  });
  return text.split("\n").flatMap((line) => (line.endsWith(" commit") ? [line.slice(0, 40)] : []));
}
