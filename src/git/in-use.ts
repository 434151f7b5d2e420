import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Something the user began in a working tree and has yet to finish or abort. */
export interface Unfinished {
  readonly what: "rebase" | "am" | "merge" | "cherry-pick" | "revert";
  readonly directory: string;
}

const heads = "refs/heads/";
const markers: readonly (readonly [file: string, what: Unfinished["what"]])[] = [
  ["rebase-apply/applying", "am"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
];

/** The branches that some working tree stands on, or will come back to after a rebase or a bisection. */
export function branchesInUse(commonDir: string): ReadonlySet<string> {
  return new Set(gitDirs(commonDir).flatMap(branchesOf));
}

/** What is under way where a branch is checked out, or is being rebased: moving it then would spoil that. */
export function unfinishedOn(commonDir: string, ref: string): Unfinished | undefined {
  for (const gitDir of gitDirs(commonDir)) {
    const marker = markers.find(([file]) => existsSync(join(gitDir, file)));
    if (marker && (headOf(gitDir) === ref || rebased(gitDir).includes(ref)))
      return { what: marker[1], directory: worktreeOf(commonDir, gitDir) };
  }
  return undefined;
}

/** The git directories of all working trees whose folders are there. */
function gitDirs(commonDir: string): string[] {
  const linked = join(commonDir, "worktrees");
  const others = existsSync(linked) ? readdirSync(linked).map((name) => join(linked, name)) : [];
  return [commonDir, ...others.filter((gitDir) => existsSync(textOf(join(gitDir, "gitdir")).trim()))];
}

const worktreeOf = (commonDir: string, gitDir: string) =>
  dirname(gitDir === commonDir ? commonDir : textOf(join(gitDir, "gitdir")).trim());

function branchesOf(gitDir: string): string[] {
  const bisected = textOf(join(gitDir, "BISECT_START")).trim();
  return [
    ...[headOf(gitDir) ?? []].flat(),
    ...rebased(gitDir),
    ...(bisected === "" ? [] : [bisected.startsWith(heads) ? bisected : heads + bisected]),
  ];
}

const headOf = (gitDir: string) => /^ref: (\S+)/.exec(textOf(join(gitDir, "HEAD")))?.[1];

/** HEAD is detached while a rebase runs; the branches that it will move are in its own files. */
const rebased = (gitDir: string): string[] =>
  ["rebase-merge/head-name", "rebase-apply/head-name", "rebase-merge/update-refs"]
    .flatMap((file) => textOf(join(gitDir, file)).split("\n"))
    .filter((line) => line.startsWith(heads));

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
