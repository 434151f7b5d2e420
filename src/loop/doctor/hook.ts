import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { findPackageFile } from "../../git/package-file.ts";
import type { Workspace } from "../../workspace.ts";
import { installHook, manualLine } from "../log/hook.ts";
import { type Check, ok, warning } from "./check.ts";

const why = "What an agent commits is found only when a command happens to look.";

/** Whether commits are noticed when they are made. */
export async function checkHook(workspace: Workspace): Promise<Check> {
  const { git, repository, home } = workspace;
  const path = await git.user(["rev-parse", "--git-path", "hooks/post-commit"]);
  const file = resolve(repository.worktree, path);
  const ours = file.startsWith(repository.commonDir + sep);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (
    ours ? text !== readFileSync(findPackageFile("hooks/post-commit"), "utf8") : !text.includes(manualLine)
  ) {
    const found =
      text === "" ? "There is no post-commit hook." : "The post-commit hook does not tell us of commits.";
    if (ours)
      return warning("hook", { found, why, fix: "kira-improve init", mend: () => installHook(workspace) });
    const quoted = `'${manualLine}'`;
    return warning("hook", {
      found,
      why,
      fix: `kira-improve init && echo ${quoted} >>'${file}' && chmod +x '${file}'`,
    });
  }
  if (!mayRun(file))
    return warning("hook", {
      ...{ found: "The post-commit hook may not be executed.", why, fix: `chmod +x '${file}'` },
    });
  return ok("hook", `installed; ${lastFired(home)}`);
}

/** The hook leaves a mark; reading the history takes it away, and keeps when it was made. */
function lastFired(home: string): string {
  const marks = ["spool", "spool.taken", "spool.seen"].map((name) =>
    statSync(join(home, name), { throwIfNoEntry: false }),
  );
  const last = Math.max(...marks.map((mark) => mark?.mtimeMs ?? 0));
  return last === 0
    ? "it has not fired yet"
    : `it last fired at ${new Date(last).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
