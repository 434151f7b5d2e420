import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import { findPackageFile } from "../../git/package-file.ts";
import { replaceFile } from "../../git/replace.ts";
import type { Workspace } from "../../workspace.ts";

export type HookState =
  | { readonly kind: "installed" | "present"; readonly file: string; readonly chained: boolean }
  /** Another tool owns the hooks folder: nothing was written, the line has to be added by hand. */
  | { readonly kind: "manual"; readonly file: string; readonly line: string };

const mark = "kira-improve post-commit";
const program = 0o755;
/** What a hook that is not ours to write has to do. */
export const manualLine = 'sh "$(git rev-parse --git-common-dir)/kira/post-commit"';

/** Puts the post-commit hook in place; a hook that was there before is kept and called by ours. */
export async function installHook({
  git,
  repository,
  home,
}: Pick<Workspace, "git" | "repository" | "home">): Promise<HookState> {
  const script = readFileSync(findPackageFile("hooks/post-commit"), "utf8");
  const copy = join(home, "post-commit");
  const path = await git.user(["rev-parse", "--git-path", "hooks/post-commit"]);
  const file = isAbsolute(path) ? path : resolve(repository.worktree, path);
  if (!file.startsWith(repository.commonDir + sep)) {
    // A folder in the working tree (husky, lefthook) or one shared by many repositories is not ours to write to.
    replaceFile(home, copy, script, program);
    return { kind: "manual", file, line: manualLine };
  }
  const existing = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const before = `${file}.before-kira`;
  if (existing === script) return { kind: "present", file, chained: existsSync(before) };
  if (existing !== undefined && !existing.includes(mark)) renameSync(file, before);
  mkdirSync(dirname(file), { recursive: true });
  replaceFile(home, file, script, program);
  return { kind: "installed", file, chained: existsSync(before) };
}
