import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { kira } from "../../support/kira.ts";
import { anAgentRepository, type Files, type TestRepository } from "../../support/repository.ts";
import { idea } from "../support.ts";

/** Everything of the user's, but for the files and the branch that a step is asked to change. */
export type World = Readonly<Record<string, unknown>>;

const ours = /^refs\/(kira|notes\/kira|heads\/kira|tags\/kira)\/|^refs\/heads\/main$/;
const moved = /^skills\//;
// git's own notes of what it did last, and its lists of what it has.
const passing = /^\.git\/(index|ORIG_HEAD|objects|logs|refs|packed-refs|kira|worktrees\/kira-)/;

/** The user's index, files, settings, hooks, branches, stashes, and whatever they are in the middle of. */
export async function worldOf(
  { git }: Pick<TestRepository, "git">,
  folder: string,
  except = moved,
): Promise<World> {
  const lines = async (...args: string[]) => (await git(...args)).split("\n").filter(Boolean);
  const isTheirs = (line: string) => !except.test(line.split("\t").at(-1)!.split(" ").at(-1)!);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !passing.test(path) && !except.test(path) && !/^data\/self-improve\.db/.test(path));
  return {
    staged: (await lines("ls-files", "--stage")).filter(isTheirs),
    flags: (await lines("ls-files", "-v")).filter(isTheirs),
    status: (await lines("status", "--porcelain", "--untracked-files=all", "--ignored")).filter(isTheirs),
    head: await git("rev-parse", "--symbolic-full-name", "HEAD"),
    stash: await lines("stash", "list", "--format=%H %s"),
    refs: (await lines("for-each-ref", "--format=%(refname) %(objectname)")).filter(
      (line) => !ours.test(line.split(" ")[0]!),
    ),
    files: Object.fromEntries(files.sort().map((path) => [path, describe(join(folder, path), path)])),
  };
}

/** Bytes, kind and, in the working tree, the time: an editor would ask whether to load it again. */
function describe(file: string, path: string): string {
  const { mode, mtimeMs } = lstatSync(file);
  if ((mode & 0o170000) === 0o120000) return `link to ${readlinkSync(file)}`;
  const digest = createHash("sha1").update(readFileSync(file)).digest("hex");
  return `${(mode & 0o777).toString(8)} ${digest}${path.startsWith(".git/") ? "" : ` at ${mtimeMs}`}`;
}

/** A repository with proposals 1 and 2, of which the first changes a file and adds one. */
export async function aProposal(files: Files = {}): Promise<TestRepository> {
  const repository = await anAgentRepository({
    "notes/mine.md": "mine\n",
    "notes/other.md": "o\n",
    ...files,
  });
  const lessons = "# Lessons\n\n- food: dates, eggs, figs\n";
  await idea(repository, { "skills/lessons.md": lessons, "skills/new.md": "new\n" }, "idea");
  await idea(repository, { "skills/other.md": "other\n" }, "second");
  return repository;
}

export const onJudgement = (id = 1) => [
  ...["merge", "--proposal-id", String(id)],
  ...["--on-judgement", "--reason", "a test"],
];

export async function expectDone({ folder }: { folder: string }, args: string[], status = 0): Promise<void> {
  const said = await kira({ folder }, ...args);
  expect(said.status, `${args.join(" ")}: ${said.stderr}`).toBe(status);
}
