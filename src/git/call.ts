import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, ourselves } from "./lease.ts";

const folderOf = (commonDir: string) => join(commonDir, "kira/calls");
const mark = "KIRA_GIT_CALL";
const patienceMs = 10_000;

/** A call of git that moves refs or files. It outlives us if we are killed, and leaves locks if it is killed itself. */
export interface Call {
  /** What git is given, so that it is known by its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** It has ended by itself, and so has put its locks away. */
  end(): void;
}

/** Writes down that git is about to be called: whoever finds a lock later knows whose it may be. */
export function beginCall(commonDir: string): Call {
  const id = crypto.randomUUID();
  const file = join(folderOf(commonDir), id);
  mkdirSync(folderOf(commonDir), { recursive: true });
  writeFileSync(file, JSON.stringify(ourselves()), { flag: "wx" });
  return { environment: { [mark]: id }, end: () => rmSync(file, { force: true }) };
}

/** Whether there is any call at all: asked by every command. */
export const anyCall = (commonDir: string): boolean => namesIn(folderOf(commonDir)).length > 0;

/** What killed calls of git have left. */
export interface Settled {
  /** The locks that were removed. */
  readonly locks: readonly string[];
  /** When the first of them began, in milliseconds; undefined if there were none. */
  readonly since: number | undefined;
  /** Whatever they were about is put right. */
  forget(): void;
}

/**
 * Waits for the git of a killed command to end, and removes the locks it left if it was killed as well: only those
 * that are no older than the call, and only while no git is at work in the repository, whoever started it.
 */
export async function settleCalls(commonDir: string): Promise<Settled> {
  const removed: string[] = [];
  const settled: { file: string; began: number }[] = [];
  for (const id of namesIn(folderOf(commonDir))) {
    const file = join(folderOf(commonDir), id);
    if (isAlive(holderIn(file))) continue;
    const deadline = performance.now() + patienceMs;
    while (isAtWork(id) && performance.now() < deadline) await sleep(10);
    const began = modified(file);
    const locks = locksIn(commonDir).filter((lock) => modified(lock) >= began);
    if (locks.length > 0 && isGitAtWork(commonDir)) continue;
    for (const lock of locks) rmSync(lock, { force: true });
    settled.push({ file, began });
    removed.push(...locks);
  }
  return {
    locks: removed,
    since: settled.length === 0 ? undefined : Math.min(...settled.map(({ began }) => began)),
    forget: () => settled.forEach(({ file }) => rmSync(file, { force: true })),
  };
}

function holderIn(file: string) {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof ourselves>;
  } catch {
    return { pid: 0, started: "", boot: "" }; // cut short while it was written: git had not been called
  }
}

const isAtWork = (id: string): boolean =>
  pids().some((pid) => textOf(`/proc/${pid}/environ`).split("\0").includes(`${mark}=${id}`));

/** Where no system tells what runs, some git may. */
function isGitAtWork(commonDir: string): boolean {
  if (process.platform !== "linux") return true;
  const linked = namesIn(join(commonDir, "worktrees")).map((name) =>
    dirname(textOf(join(commonDir, "worktrees", name, "gitdir")).trim()),
  );
  const places = [commonDir, dirname(commonDir), ...linked].map((place) => `${place}/`);
  return pids().some((pid) => {
    if (!textOf(`/proc/${pid}/comm`).startsWith("git")) return false;
    const at = `${linkOf(`/proc/${pid}/cwd`)}/`;
    return places.some((place) => at.startsWith(place));
  });
}

/** Where git locks what it moves: refs, HEAD, index and configuration, of all working trees. */
function locksIn(commonDir: string): string[] {
  const linked = namesIn(join(commonDir, "worktrees")).map((name) => join(commonDir, "worktrees", name));
  const flat = [commonDir, ...linked].flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
  const refs = readdirSync(join(commonDir, "refs"), { recursive: true, encoding: "utf8" });
  return [...flat, ...refs.map((name) => join(commonDir, "refs", name))].filter((path) =>
    path.endsWith(".lock"),
  );
}

const modified = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const pids = () => namesIn("/proc").filter((name) => /^\d+$/.test(name));

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
