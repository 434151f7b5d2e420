import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KiraError } from "../domain/errors.ts";
import { packedRefs } from "./packed-refs.ts";

/** Where a repository's parts lie. */
export interface Repository {
  /** The root of the working tree we were called in. */
  readonly worktree: string;
  /** This working tree's own git directory. */
  readonly gitDir: string;
  /** The git directory shared by all its working trees: refs, objects, our journal. */
  readonly commonDir: string;
  /** The working tree that owns the git directory; the index lies there. */
  readonly mainWorktree: string;
}

/**
 * Finds the repository that holds a folder, without starting git: `log` has no time for a process.
 * @throws KiraError `invalid` outside a repository or in one whose format we do not support
 */
export function findRepository(folder: string): Repository {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const gitDir = gitDirOf(join(at, ".git"));
    if (gitDir) return describe(at, gitDir);
    if (isGitDir(at))
      throw new KiraError(
        "invalid",
        `${at} is a bare repository or a git directory. Run this in a clone with files, such as: git clone ${at} work.`,
      );
    if (at === dirname(at)) break;
  }
  throw new KiraError("invalid", `${resolve(folder)} is not in a git repository. Create one with: git init.`);
}

function gitDirOf(path: string): string | undefined {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isDirectory()) return isGitDir(path) ? path : undefined;
  if (!kind?.isFile()) return undefined;
  // A linked working tree or a submodule: the file says where its git directory is.
  const target = /^gitdir: (.+?)\r?\n?$/.exec(readFileSync(path, "utf8"))?.[1];
  return target === undefined ? undefined : resolve(dirname(path), target);
}

function isGitDir(path: string): boolean {
  return ["HEAD", "objects", "refs"].every(
    (name) => statSync(join(path, name), { throwIfNoEntry: false }) !== undefined,
  );
}

function describe(worktree: string, gitDir: string): Repository {
  const common = readIfThere(join(gitDir, "commondir"))?.trim();
  const commonDir = common === undefined ? gitDir : resolve(gitDir, common);
  const config = readIfThere(join(commonDir, "config")) ?? "";
  refuseUnsupported(config, commonDir);
  if (common === undefined) refuseElsewhere(config, gitDir, worktree);
  const mainWorktree =
    common === undefined ? worktree : commonDir.endsWith(".git") ? dirname(commonDir) : worktree;
  return { worktree, gitDir, commonDir, mainWorktree };
}

/** git would work on other files than those beside its directory; only a submodule names what we found. */
function refuseElsewhere(config: string, gitDir: string, worktree: string): void {
  const named = /^\s*worktree\s*=\s*"?(.+?)"?\s*$/im.exec(config)?.[1];
  if (named === undefined) return;
  const place = resolve(gitDir, named);
  if (existsSync(place) && realpathSync(place) === realpathSync(worktree)) return;
  throw new KiraError(
    "invalid",
    `This repository has its files in ${place} (core.worktree), which kira-improve does not support. Use a plain clone of it: git clone ${gitDir} work.`,
  );
}

/** Formats in which objects would be written where git does not look. */
function refuseUnsupported(config: string, commonDir: string): void {
  const asks = (key: string, value: string) =>
    new RegExp(`^\\s*${key}\\s*=\\s*"?${value}"?\\s*$`, "im").test(config);
  const unsupported =
    (asks("objectformat", "sha256") && "object names in SHA-256") ||
    (asks("refstorage", "reftable") && "refs in reftable format") ||
    (/^\s*(partialclone\s*=|promisor\s*=\s*true)/im.test(config) && "a partial clone") ||
    (readIfThere(join(commonDir, "objects/info/alternates")) && "objects borrowed from another repository");
  if (unsupported)
    throw new KiraError(
      "invalid",
      `This repository has ${unsupported}, which kira-improve does not support. Use a plain full clone of it.`,
    );
}

/** The commit a branch points to; undefined for a branch that does not exist. */
export function readBranch(repository: Pick<Repository, "commonDir">, branch: string): string | undefined {
  return readRef(repository, `refs/heads/${branch}`);
}

/**
 * What a ref holds, read from the files: loose, then packed.
 * @returns undefined for a ref that does not exist or names another
 */
export function readRef({ commonDir }: Pick<Repository, "commonDir">, ref: string): string | undefined {
  const loose = readIfThere(join(commonDir, ref))?.trim();
  if (loose !== undefined && /^[0-9a-f]{40}$/.test(loose)) return loose;
  for (const { name, oid } of packedRefs(commonDir, ref)) if (name === ref) return oid;
  return undefined;
}

/** The commit that is checked out in this working tree; undefined before the first one. */
export function readHead(repository: Repository): string | undefined {
  const head = readIfThere(join(repository.gitDir, "HEAD"))?.trim() ?? "";
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  if (branch !== undefined) return readBranch(repository, branch);
  return /^[0-9a-f]{40}$/.test(head) ? head : undefined;
}

function readIfThere(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, "utf8") : undefined;
}
