import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskScores } from "../../src/domain/evaluation.ts";
import { inspect, submit } from "../../src/loop/propose/submit.ts";
import { readBank } from "../../src/loop/bank/tasks.ts";
import { openWorkspace, type Workspace } from "../../src/workspace.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { agentConfig, type Files, type TestRepository } from "../support/repository.ts";

export interface ShownProposal {
  readonly id: number;
  readonly uuid: string;
  readonly branch: string;
  readonly commit: string;
  readonly parent: string;
  readonly status: string;
  readonly rejectionReason: string | null;
}

export interface ShownEvaluation {
  readonly id: number;
  readonly verdict: string;
  readonly reason: string;
  readonly why: string;
  readonly claim: string;
  readonly trials: number;
  readonly ledgerTrials: number;
  readonly restarts: number;
  readonly runs: number;
  readonly flags: readonly { readonly kind: string; readonly task: string; readonly what: string }[];
  readonly tasks: readonly TaskScores[];
  readonly baselineScore: number;
  readonly modifiedScore: number;
  readonly statistics: { readonly tasks: number; readonly bound: number };
}

/** The agent's settings with some of them changed, as the file that says so. */
export const configWith = (changes: object): Files => ({
  ".kira-improve.json": JSON.stringify({ ...agentConfig, ...changes }, null, 2),
});

export async function adopted(
  { folder }: TestRepository,
  from: string,
  ...more: string[]
): Promise<ShownProposal> {
  const args = ["propose", "--from", from, ...more];
  return (await kiraJson<{ proposal: ShownProposal }>({ folder }, ...args)).proposal;
}

/** A branch of the user's with one commit on production, adopted. */
export async function idea(repository: TestRepository, files: Files, branch: string): Promise<ShownProposal> {
  await repository.git("switch", "--quiet", "--create", branch, "main");
  await repository.commit(files, branch);
  await repository.git("switch", "--quiet", "main");
  return adopted(repository, branch);
}

/** Does something in a workspace of that repository, as a command would. */
export async function inWorkspace<Result>(
  { folder }: TestRepository,
  act: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  using workspace = await openWorkspace({ folder, environment: process.env, report: () => undefined });
  return await act(workspace);
}

/** A branch, submitted as the work of a proposer that was shown some tasks. */
export const proposedKnowing = (repository: TestRepository, branch: string, seenTasks: readonly string[]) =>
  inWorkspace(repository, async (workspace) => {
    const rules = await workspace.rules();
    const { tree } = await workspace.objects.readCommit((await workspace.refs.findCommit(branch))!);
    const author = await workspace.git.committer();
    const words = {
      description: "d",
      hypothesis: "h",
      expectedImprovement: "e",
      idea: branch,
      model: "test",
    };
    const made = { ...words, risk: "low" as const, costUsd: 0, analysisId: null, pattern: null, seenTasks };
    const candidate = { ...made, parent: rules.production, tree, author };
    await submit(workspace, candidate, (await inspect(workspace, rules, candidate)).changes);
  });

/** Puts a task's grader in quarantine, as `tasks check` does. */
export const quarantined = (repository: TestRepository, name: string) =>
  inWorkspace(repository, async (workspace) => {
    const { tasks } = await readBank(workspace, await workspace.rules());
    const { gradingDigest } = tasks.find((task) => task.name === name)!;
    const reason = "its solution, graded 3 times, scored 1, 0 and 1";
    const timestamp = workspace.now().toISOString();
    workspace.record.write(() => [{ kind: "quarantine", task: name, gradingDigest, reason, timestamp }]);
  });

/** The exit status of an evaluation without a sandbox, and its verdict if there is one. */
export async function evaluated(
  { folder }: TestRepository,
  id: number,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<{ status: number; evaluation?: ShownEvaluation; error?: { code: string; message: string } }> {
  const all = ["evaluate", "--proposal-id", String(id), "--allow-unsandboxed", ...args, "--json"];
  const { status, stdout, stderr } = await kira({ folder, env }, ...all);
  return { status, ...(stdout === "" ? JSON.parse(stderr.trim().split("\n").at(-1)!) : JSON.parse(stdout)) };
}

export async function shown({ folder }: TestRepository, id: number): Promise<ShownProposal> {
  return (await kiraJson<{ proposal: ShownProposal }>({ folder }, "proposals", "--show", String(id)))
    .proposal;
}

/** What a failed command said: its exit status and the sentence. */
export async function refusal({ folder }: TestRepository, ...args: string[]): Promise<string> {
  const { status, stderr } = await kira({ folder }, ...args);
  return `${status} ${stderr.trim().split("\n").at(-1)}`;
}

/** Logs failures that share a word the agent does not know, beside successes that do not. */
export async function failuresAbout({ folder }: TestRepository, word: string, count = 4): Promise<void> {
  const line = (task: string, outcome: string) => JSON.stringify({ task, outcome, category: "food" });
  const many = (word: string, n: number, outcome: string) =>
    Array.from({ length: n }, (_, i) => line(`Do you know ${word} number ${i}`, outcome));
  const known = ["apple", "bread", "cheese"].flatMap((other) => many(other, 5, "success"));
  const lines = [...many(word, count, "failure"), ...known];
  await kiraJson({ folder, stdin: lines.join("\n") }, "log", "--stdin");
}

/** The whole journal, in order. */
export async function journalOf({ folder }: Pick<TestRepository, "folder">): Promise<string> {
  const home = join(folder, ".git/kira");
  const clone = (await readFile(join(home, "clone-id"), "utf8")).trim();
  const segments = (await readdir(join(home, "journal", clone)))
    .filter((name) => name.endsWith(".jsonl"))
    .sort();
  const texts = await Promise.all(
    segments.map((name) => readFile(join(home, "journal", clone, name), "utf8")),
  );
  return texts.join("");
}

/** All that a command that makes nothing must leave alone. */
export async function everythingIn(repository: TestRepository): Promise<object> {
  return {
    refs: await repository.git("for-each-ref"),
    head: await repository.git("rev-parse", "--symbolic-full-name", "HEAD"),
    status: await repository.git("status", "--porcelain=v2", "--untracked-files=all"),
    worktrees: await repository.git("worktree", "list", "--porcelain"),
    journal: await journalOf(repository),
  };
}

/** The same once the tool has looked at the commits that a test has just made. */
export async function everythingSettledIn(repository: TestRepository): Promise<object> {
  await kiraJson({ folder: repository.folder }, "archive", "--list");
  return everythingIn(repository);
}

/** All of that but the analysis with which a run begins: that is whole by then. */
export async function besidesAnalyses(state: Promise<object>): Promise<object> {
  const { refs, journal, ...rest } = (await state) as { refs: string; journal: string };
  const without = (text: string, what: RegExp) => text.split("\n").filter((line) => !what.test(line));
  return {
    ...rest,
    refs: without(refs, /refs\/kira\/journal/),
    journal: without(journal, /"kind":"analysis"/),
  };
}
