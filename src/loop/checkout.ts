import { KiraError } from "../domain/errors.ts";
import type { Workspace } from "../workspace.ts";

/** A working tree of the repository in which a branch is checked out. */
async function worktreeOn({ git }: Pick<Workspace, "git">, ref: string): Promise<string | undefined> {
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

/** The hooks of the content that we move to must not run while we move to it. */
const withoutHooks = ["-c", "core.hooksPath=/dev/null"];

/**
 * Moves a branch forward, together with the files wherever it is checked out. Files the user has changed and that
 * are not part of the move stay as they are.
 * @throws KiraError `conflict` if the branch is not at `from`, or a dirty file is in the way
 */
export async function fastForward(
  workspace: Pick<Workspace, "git" | "refs">,
  ref: string,
  from: string,
  to: string,
): Promise<void> {
  const { git, refs } = workspace;
  const directory = await worktreeOn(workspace, ref);
  if (directory === undefined) return refs.move([{ ref, from, to }]);
  await expectAt(workspace, ref, from);
  await expectRoom(workspace, directory, from, to);
  const { status, stderr } = await git.userAnswer(
    [...withoutHooks, "merge", "--ff-only", "--no-autostash", "--quiet", to],
    { directory, answers: [1, 128] },
  );
  if (status !== 0) throw inTheWay(directory, stderr);
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
  const { git, refs } = workspace;
  const directory = await worktreeOn(workspace, ref);
  if (directory === undefined) return refs.move([{ ref, from, to }]);
  await expectAt(workspace, ref, from);
  await expectRoom(workspace, directory, from, to);
  // Not `reset --keep`: that would unstage what the user has staged.
  const { status, stderr } = await git.userAnswer(
    [...withoutHooks, "checkout", "--quiet", "-B", ref.replace("refs/heads/", ""), to],
    { directory, answers: [1, 128] },
  );
  if (status !== 0) throw inTheWay(directory, stderr);
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
  if (taken.length > 0) throw inTheWay(directory, taken.map((path) => `\t${path}`).join("\n"));
}

function inTheWay(directory: string, stderr: string): KiraError {
  const files = stderr
    .split("\n")
    .filter((line) => line.startsWith("\t"))
    .map((line) => line.trim());
  const what =
    files.length > 0
      ? `uncommitted changes of ${files.join(", ")} are in the way`
      : (stderr.trim().split("\n")[0] ?? "git refused");
  return new KiraError(
    "conflict",
    `The files in ${directory} could not be updated: ${what}. Commit or stash them, then run the command again; nothing was changed.`,
    { files },
  );
}
