import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Git } from "./git.ts";
import { deadLeases, dropLease, type Lease } from "./lease.ts";
import { removeAll } from "./remove.ts";

const patienceMs = 1000;

/**
 * Removes what killed commands left: working trees, their folders and the programs that still run in them. Only what
 * a lease names whose holder is gone; nothing is found by its name.
 * @returns how many
 */
export async function reapSlots(git: Git): Promise<number> {
  const leases = deadLeases(git.commonDir);
  for (const lease of leases) {
    if (lease.root !== "") await endPrograms(lease.root);
    await removeWorktrees(git, lease);
    if (lease.root !== "") removeAll(lease.root);
    dropLease(git.commonDir, lease);
  }
  return leases.length;
}

/** git's entries for working trees that carry the lease, however far `git worktree add` had come. */
async function removeWorktrees(git: Git, { id, root }: Lease): Promise<void> {
  const folder = join(git.commonDir, "worktrees");
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const entry = join(folder, name);
    const directory = textOf(join(entry, "gitdir"))
      .trim()
      .replace(/\/\.git$/, "");
    if (directory === "") {
      // Killed before the entry said where: git can neither list nor remove it.
      if (textOf(join(entry, "locked")).includes(id)) removeAll(entry);
    } else if (root !== "" && directory.startsWith(`${root}/`)) {
      // git removes only what looks like its working tree; `prune` would take the user's stale ones, too.
      removeAll(directory);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, ".git"), `gitdir: ${entry}\n`);
      const { status } = await git.foreignAnswer(["worktree", "remove", "-f", "-f", directory], {
        answers: [1, 128],
      });
      // An entry so incomplete that git refuses it.
      if (status !== 0) removeAll(entry);
    }
  }
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
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

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
