import { KiraError } from "../../domain/errors.ts";
import { withoutHooks } from "../../git/git.ts";
import { unfinishedOn } from "../../git/in-use.ts";
import type { Workspace } from "../../workspace.ts";

/** A working tree of the repository in which a branch is checked out. */
export async function worktreeOn({ git }: Pick<Workspace, "git">, ref: string): Promise<string | undefined> {
  const text = await git.foreign(["worktree", "list", "--porcelain", "-z"]);
  for (const block of text.split("\0\0")) {
    const fields = block.split("\0");
    // Of one whose folder is gone, only git's entry is left.
    if (fields.some((field) => field.startsWith("prunable"))) continue;
    if (fields.includes(`branch ${ref}`))
      return fields.find((field) => field.startsWith("worktree "))?.slice("worktree ".length);
  }
  return undefined;
}

/**
 * Moves a branch forward, together with the files wherever it is checked out. Files the user has changed and that
 * are not part of the move stay as they are.
 * @throws KiraError `conflict` if the branch is not at `from`, or something of the user's is in the way; then nothing
 *   has changed
 */
export async function fastForward(
  workspace: Pick<Workspace, "git" | "refs">,
  ref: string,
  from: string,
  to: string,
): Promise<void> {
  return move(workspace, { ref, from, to }, ["merge", "--ff-only", "--no-autostash", "--quiet", to]);
}

/**
 * Moves a branch back, together with the files wherever it is checked out.
 * @throws KiraError `conflict` as in `fastForward`
 */
export async function moveBack(
  workspace: Pick<Workspace, "git" | "refs">,
  ref: string,
  from: string,
  to: string,
): Promise<void> {
  // Not `reset --keep`: that would unstage what the user has staged.
  const args = ["checkout", "--quiet", "-B", ref.replace("refs/heads/", ""), to];
  return move(workspace, { ref, from, to }, args);
}

type Step = { readonly ref: string; readonly from: string; readonly to: string };

/** @param args the git command that moves branch and files where the branch is checked out */
async function move(
  workspace: Pick<Workspace, "git" | "refs">,
  step: Step,
  args: readonly string[],
): Promise<void> {
  const { git, refs } = workspace;
  const { ref, from, to } = step;
  expectFinished(git.commonDir, ref);
  const directory = await worktreeOn(workspace, ref);
  if (directory === undefined) return refs.move([step]);
  await expectAt(workspace, ref, from);
  await expectRoom(workspace, directory, from, to);
  await expectFilters(workspace, directory, from, to);
  const options = { directory, answers: [1, 128], whole: true };
  const { status, stderr } = await git.userAnswer([...withoutHooks, ...args], options);
  // What git still does after the branch has moved may fail by itself.
  if (status !== 0 && (await refs.findCommit(ref)) !== to) throw whyNot(directory, stderr);
}

function expectFinished(commonDir: string, ref: string): void {
  const unfinished = unfinishedOn(commonDir, ref);
  if (!unfinished) return;
  const { what, directory } = unfinished;
  throw new KiraError(
    "conflict",
    `A git ${what} is under way in ${directory}. Finish it with git ${what} --continue or drop it with git ${what} --abort, then run the command again; nothing was changed.`,
  );
}

async function expectAt({ refs }: Pick<Workspace, "refs">, ref: string, from: string): Promise<void> {
  if ((await refs.findCommit(ref)) !== from)
    throw new KiraError("conflict", "Production moved at the same moment. Run the command again.");
}

/** git takes ignored files for worthless and writes over them; they are the user's all the same. */
async function expectRoom(
  { git }: Pick<Workspace, "git">,
  directory: string,
  from: string,
  to: string,
): Promise<void> {
  const paths = (text: string) => text.split("\0").filter(Boolean);
  const names = ["-r", "-z", "--no-renames", "--name-only", "--diff-filter=A"];
  const added = paths(await git.foreign(["diff-tree", ...names, from, to]));
  if (added.length === 0) return;
  const listing = ["--literal-pathspecs", "ls-files", "--others", "-z", "--", ...added];
  const taken = paths(await git.foreign(listing, { directory }));
  if (taken.length > 0) throw inTheWay(directory, taken);
}

/** A filter of the user's that fails, such as one of git-lfs where that is missing, would stop git half way. */
async function expectFilters(
  { git }: Pick<Workspace, "git">,
  directory: string,
  from: string,
  to: string,
): Promise<void> {
  const names = ["-r", "-z", "--no-renames", "--name-only", "--diff-filter=AM"];
  const stdin = await git.foreign(["diff-tree", ...names, from, to]);
  const facts = (await git.user(["check-attr", "-z", "--stdin", "filter"], { stdin, directory })).split("\0");
  for (let at = 0; at + 2 < facts.length; at += 3) {
    const [path = "", , filter = ""] = facts.slice(at);
    if (["unspecified", "unset", "set", ""].includes(filter)) continue;
    const asked = ["cat-file", "--filters", `${to}:${path}`];
    const { status, stderr } = await git.userAnswer(asked, { directory, answers: [1, 128] });
    if (status !== 0)
      throw new KiraError(
        "unavailable",
        `The filter ${filter} of ${path} fails: ${firstLine(stderr)}. Install what it needs, then run the command again; nothing was changed.`,
      );
  }
}

function whyNot(directory: string, stderr: string): KiraError {
  const files = stderr.split("\n").filter((line) => line.startsWith("\t"));
  if (files.length > 0)
    return inTheWay(
      directory,
      files.map((line) => line.trim()),
    );
  const [, lock] = /Unable to create '(.+\.lock)'/.exec(stderr) ?? [];
  const what =
    lock === undefined
      ? `git could not update the files in ${directory}: ${firstLine(stderr)}. Correct that,`
      : `Another program is changing the files in ${directory}: it holds ${lock}. Wait for it, or delete that file if no such program runs any more,`;
  return new KiraError("conflict", `${what} then run the command again; nothing was changed.`);
}

const firstLine = (stderr: string) => stderr.trim().split("\n")[0]!.replace(/\.$/, "");

function inTheWay(directory: string, files: readonly string[]): KiraError {
  return new KiraError(
    "conflict",
    `The files in ${directory} could not be updated: uncommitted changes of ${files.join(", ")} are in the way. Commit or stash them, then run the command again; nothing was changed.`,
    { files },
  );
}
