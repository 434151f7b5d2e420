import { KiraError } from "../domain/errors.ts";
import type { Git } from "./git.ts";
import type { NewCommit, Objects } from "./objects.ts";

/** Writes a commit as git would: signed, where the user has every commit signed. */
export async function writeCommit(
  { git, objects }: { readonly git: Git; readonly objects: Objects },
  commit: NewCommit,
): Promise<string> {
  const setting = await git.signedBy("commit");
  return setting === undefined ? objects.writeCommit(commit) : signed(git, commit, setting);
}

/**
 * A tag is made when production has moved already: whether it can be signed is tried before, on a commit that nothing
 * keeps.
 * @throws KiraError `unavailable` if tags are to be signed and cannot be
 */
export async function expectSignedTags(git: Git, tree: string): Promise<void> {
  const setting = await git.signedBy("tag");
  if (setting === undefined) return;
  const ourselves = await git.committer();
  const at = new Date(0);
  const probe = { tree, parents: [], message: "probe\n", author: ourselves, committer: ourselves, at };
  await signed(git, probe, setting);
}

async function signed(
  git: Git,
  { tree, parents, message, author, committer, at }: NewCommit,
  setting: string,
): Promise<string> {
  const date = `@${Math.floor(at.getTime() / 1000)} +0000`;
  const { status, stdout, stderr } = await git.userAnswer(
    // Texts of ours are in UTF-8, whatever the user writes theirs in.
    [
      ...["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S"],
      ...parents.flatMap((parent) => ["-p", parent]),
      ...["-F", "-", tree],
    ],
    {
      stdin: message,
      environment: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: committer.name,
        GIT_COMMITTER_EMAIL: committer.email,
        GIT_COMMITTER_DATE: date,
      },
      answers: [1, 128],
    },
  );
  if (status === 0) return stdout;
  const said = stderr.trim().split("\n").slice(0, 2).join(" ");
  throw new KiraError(
    "unavailable",
    `git is set to sign each ${setting.split(".")[0]} and cannot: ${said}. Mend that, or do without it here: git config ${setting} false. Nothing was changed.`,
  );
}
