import picomatch from "picomatch";
import type { Config } from "./config.ts";
import { configFile } from "./config.ts";

/** A file in a tree: git's mode and the blob it holds. */
export interface FileEntry {
  readonly mode: string;
  readonly oid: string;
}

/** One path that a proposal adds, changes or deletes. */
export interface PathChange {
  readonly path: string;
  readonly before: FileEntry | undefined;
  readonly after: FileEntry | undefined;
  /** Bytes of the new content; 0 for a deletion. */
  readonly bytes: number;
}

const alwaysProtected = [
  configFile,
  "**/.git*",
  "**/.git*/**",
  "**/.husky/**",
  "**/lefthook*.{yml,yaml,toml,json}",
  "**/.pre-commit-config.yaml",
  "**/.{circleci,buildkite,gitlab,ci}/**",
  "**/Jenkinsfile",
  "**/hooks/**",
  "**/{package-lock.json,npm-shrinkwrap.json,pnpm-lock.yaml,yarn.lock,bun.lock,bun.lockb,Cargo.lock,poetry.lock,uv.lock,go.sum,Gemfile.lock,composer.lock}",
];

const options = { dot: true, nocase: true } as const;

/** One name for all spellings that a file system may take for the same: case and Unicode forms. */
export const fold = (path: string) => path.normalize("NFC").toLowerCase().toUpperCase().normalize("NFC");

/** Decides which paths a proposal may change: a pure function of the configuration. */
export function pathPolicy(
  config: Pick<Config, "allow" | "protect" | "tasks" | "index">,
): (path: string) => string | undefined {
  const allowed = picomatch([...config.allow], { ...options, nocase: false });
  const locked = picomatch([...alwaysProtected, ...config.protect], options);
  // Names of folders, not globs: a bank in `exams (2026)` is protected as well.
  const [bank, index] = [fold(config.tasks), fold(config.index)];
  const isRecord = (path: string) => path === bank || path.startsWith(`${bank}/`) || path === index;
  return (path) => {
    const disguise = disguiseOf(path);
    if (disguise) return disguise;
    if (locked(path.normalize("NFC")) || isRecord(fold(path))) return "it is protected";
    if (!allowed(path))
      return `it is not among the allowed paths (${config.allow.join(", ") || "none are set"})`;
    return undefined;
  };
}

const reservedNames = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;
// What Windows may call a file besides its name: `GIT~1` is `.git`, `PACKAG~1.JSO` is `package.json`.
const shortName = /^[^.]{1,6}~\d+(\..{0,3})?$/;
// HFS+ ignores most of these in names, so that ".g\u200cit" would be ".git" there; no reader sees any of them.
const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** Why a path could mean something else than it says, on this or another system. */
export function disguiseOf(path: string): string | undefined {
  if (path === "" || path.startsWith("/") || /^[a-z]:/i.test(path))
    return "it is not a path relative to the repository";
  if (path.includes("\ufffd")) return "it is not text"; // git's bytes that are no UTF-8 reach us so
  if (path.includes("\\")) return "it contains a backslash";
  if (/[\u0000-\u001f\u007f]/.test(path)) return "it contains a control character";
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") return "it climbs through the folders";
    if (/[. ]$/.test(part)) return "a name in it ends with a dot or a space";
    if (part.includes(":")) return "a name in it contains a colon";
    if (reservedNames.test(part)) return "a name in it is reserved on Windows";
    if (shortName.test(part)) return "a name in it reads as a short name on Windows";
    const plain = part.replace(invisible, "").normalize("NFKC").toLowerCase();
    if (plain === ".git" || plain.startsWith(".gitmodules") || plain.startsWith(".gitattributes"))
      return "it reaches into git's own files";
    if (plain !== part.normalize("NFKC").toLowerCase()) return "a name in it contains invisible characters";
  }
  return undefined;
}

const symlink = "120000";
const submodule = "160000";

/**
 * Everything that is wrong with a change, as sentences; empty if it may be judged.
 * @param allPaths paths of the candidate's tree, at least those that equal an added one after folding
 */
export function refusals(
  changes: readonly PathChange[],
  allPaths: Iterable<string>,
  config: Pick<Config, "allow" | "protect" | "tasks" | "index" | "limits">,
): string[] {
  if (changes.length === 0) return ["It changes nothing: its tree equals its parent's."];
  const policy = pathPolicy(config);
  const found: string[] = [];
  for (const { path, before, after, bytes } of changes) {
    const shown = JSON.stringify(path);
    const reason = policy(path);
    if (reason) found.push(`${shown} may not be changed: ${reason}.`);
    if (after?.mode === symlink || before?.mode === symlink)
      found.push(`${shown} adds or changes a symbolic link.`);
    if (after?.mode === submodule || before?.mode === submodule)
      found.push(`${shown} adds or changes a submodule.`);
    if (after && before && after.mode !== before.mode)
      found.push(`${shown} changes its file mode from ${before.mode} to ${after.mode}.`);
    if (after?.mode === "100755" && !before) found.push(`${shown} adds an executable file.`);
    if (bytes > config.limits.fileBytes)
      found.push(`${shown} is ${bytes} bytes; the limit is ${config.limits.fileBytes}.`);
  }
  const total = changes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > config.limits.changeBytes)
    found.push(`It writes ${total} bytes; the limit is ${config.limits.changeBytes}.`);
  if (changes.length > config.limits.files)
    found.push(`It touches ${changes.length} files; the limit is ${config.limits.files}.`);
  return [...found, ...collisions(changes, allPaths)];
}

/** New paths that equal another path of the tree on a file system that folds case or Unicode forms. */
function collisions(changes: readonly PathChange[], allPaths: Iterable<string>): string[] {
  const added = new Map(
    changes.filter(({ before, after }) => after && !before).map(({ path }) => [fold(path), path]),
  );
  if (added.size === 0) return [];
  const found: string[] = [];
  for (const path of allPaths) {
    const mine = added.get(fold(path));
    if (mine !== undefined && mine !== path)
      found.push(`${JSON.stringify(mine)} and ${JSON.stringify(path)} are one file on some systems.`);
  }
  return found;
}
