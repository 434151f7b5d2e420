import { type Git, ourselves } from "../../git/git.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import { installation } from "../../sandbox/install.ts";
import { programsOn } from "../../sandbox/search.ts";
import { asking, type Check, failure, ok, told, warning } from "./check.ts";

/** The git that this needs, and who it says commits. */
export async function checkGit(git: Git, searchPath: string): Promise<Check[]> {
  let version: string;
  try {
    version = await git.checkVersion();
  } catch (error) {
    const why = "Everything that is kept is kept in git.";
    return [
      failure("git", {
        found: told(error).found,
        why,
        fix: installation(searchPath, "git") ?? "Install git 2.38 or newer.",
      }),
    ];
  }
  const committer = await git.committer();
  const who =
    committer === ourselves
      ? warning("identity", {
          found: "git has been told neither your name nor your address.",
          why: "Proposals and accepted states would be signed by kira-improve instead of you.",
          fix: 'git config user.name "Your Name" && git config user.email you@example.com',
        })
      : ok("identity", `${committer.name} <${committer.email}>`);
  return [ok("git", `version ${version}`), who];
}

export async function checkSandbox(sandbox: Sandbox, searchPath: string): Promise<Check> {
  const why = "Without it an agent on trial could read your files and keys.";
  const check = await asking("sandbox", why, () => sandbox.check().then(() => sandbox.profile));
  const missing = programsOn(searchPath, "bwrap").length === 0;
  const install = missing ? installation(searchPath, "bubblewrap") : undefined;
  return install === undefined ? check : { ...check, fix: install };
}

const oldestNode = [22, 14] as const;

/** An older one is replaced or refused before anything is loaded; this says which it is. */
export function checkNode(version = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]))
    return ok("node", `version ${version}`);
  return failure("node", {
    found: `This is Node ${version}, and ${oldestNode.join(".")} is the oldest that works.`,
    why: "The index needs a newer one.",
    fix: "npm install --save-dev node@24",
  });
}
