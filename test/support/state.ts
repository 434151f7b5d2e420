import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

export interface State {
  readonly refs: string;
  readonly head: string;
  /** Every file of the working tree, of the record and of git's settings: its path and a digest. */
  readonly files: Readonly<Record<string, string>>;
}

// Locks, run logs and the index are ours and say nothing new; objects without a ref are no change.
const passing = /^(\.git\/(objects|logs|index|kira\/(runs|.*\.lock.*))|data\/self-improve\.db)/;

/** Everything that a refused command has to leave as it was. */
export async function stateOf(folder: string): Promise<State> {
  const git = async (...args: string[]) =>
    (await execa("git", args, { cwd: folder, reject: false })).stdout ?? "";
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !passing.test(path))
    .sort();
  return {
    refs: await git("for-each-ref", "--format=%(refname) %(objectname)"),
    head: await git("rev-parse", "--symbolic-full-name", "HEAD"),
    files: Object.fromEntries(files.map((path) => [path, digestOf(join(folder, path))])),
  };
}

function digestOf(file: string): string {
  const kind = statSync(file, { throwIfNoEntry: false });
  if (!kind) return `link to ${readlinkSync(file)}`;
  if (kind.isDirectory()) return "folder";
  return createHash("sha1").update(readFileSync(file)).digest("hex");
}
