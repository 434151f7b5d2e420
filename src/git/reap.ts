import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Git } from "./git.ts";
import { deadLeases, dropLease, type Lease, treeOf } from "./lease.ts";
import { removeAll } from "./remove.ts";

const patienceMs = 1000;

/**
 * Removes what killed commands left: working trees, their folders and the programs that still run in them. Only what
 * a lease names whose holder is gone: nothing is looked for.
 * @returns how many
 */
export async function reapSlots(git: Git): Promise<number> {
  const leases = deadLeases(git.commonDir);
  for (const lease of leases) {
    if (lease.root !== "") await endPrograms(lease.root);
    await removeWorktree(git, lease);
    if (lease.root !== "") removeAll(lease.root);
    dropLease(git.commonDir, lease);
  }
  return leases.length;
}

/** git's entry for the working tree of a lease, however far `git worktree add` or `remove` had come. */
async function removeWorktree(git: Git, lease: Lease): Promise<void> {
  const all = join(git.commonDir, "worktrees");
  const entry = join(all, lease.id);
  if (existsSync(entry)) {
    const directory = treeOf(lease);
    // git removes only what looks like its working tree; `prune` would take the user's stale ones, too.
    if (isFolder(lease.root)) {
      removeAll(directory);
      mkdirSync(directory);
      writeFileSync(join(directory, ".git"), `gitdir: ${entry}\n`);
    }
    const options = { answers: [1, 128] };
    await git.foreignAnswer(["worktree", "remove", "-f", "-f", directory], options);
    removeAll(entry); // one so incomplete that git refuses it
  }
  if (existsSync(all) && readdirSync(all).length === 0) rmdirSync(all);
}

/**
 * An agent without a sandbox outlives a killed command. It is known by its environment, which names the folder it
 * was given; a shell that somebody opened there has no such variable.
 */
async function endPrograms(root: string): Promise<void> {
  const mark = `KIRA_WORKSPACE=${root}/`;
  const inside = () =>
    pids().filter((pid) =>
      textOf(`/proc/${pid}/environ`)
        .split("\0")
        .some((variable) => variable.startsWith(mark)),
    );
  const deadline = performance.now() + patienceMs;
  for (let found = inside(); found.length > 0 && performance.now() < deadline; found = inside()) {
    for (const pid of found) kill(pid);
    await sleep(5);
  }
}

function pids(): number[] {
  return process.platform === "linux"
    ? readdirSync("/proc")
        .map(Number)
        .filter((pid) => pid > 0)
    : [];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** What stands in its place, such as a link, is not ours. */
const isFolder = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
