import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { groupFolders } from "./cgroup-folders.ts";
import type { Limits } from "./contract.ts";
import { isRunning, untilGone } from "./processes.ts";

/** Where one program runs: the kernel holds all its processes together to the limits. */
export interface Group extends AsyncDisposable {
  /** Moves processes in; what they start later is in it from the beginning. */
  adopt(pids: readonly string[]): Promise<void>;
  /** Whether the kernel had to kill for memory. */
  ranOut(): boolean;
}

let made = 0;

/**
 * Groups of the kernel (cgroups, version 1 or 2) for one program, where they can be had; gone when disposed of. They
 * are made at the first adoption: to move a process makes every fork on the machine wait, for 10 ms where it is
 * seldom done, and most programs have ended before.
 */
export function openGroup(limits: Limits): Group {
  const adopted = new Set<string>();
  let places: readonly string[] | undefined;
  let closed = false;
  return {
    async adopt(pids) {
      for (const pid of pids) {
        if (closed || adopted.has(pid)) continue;
        adopted.add(pid);
        places ??= make(limits);
        // One that has ended in the meantime needs no limit.
        for (const place of places) await writeFile(join(place, "cgroup.procs"), pid).catch(() => undefined);
      }
    },
    ranOut: () => places?.some(hasKilled) ?? false,
    [Symbol.asyncDispose]() {
      closed = true;
      return untilGone(() => places?.every(isRemoved) === false);
    },
  };
}

function make({ memory, processes }: Limits): string[] {
  const folders = [...new Set(Object.values(groupFolders()))];
  if (made++ === 0) folders.forEach(sweep);
  return folders.flatMap((folder) => {
    const place = join(folder, `kira-${process.pid}-${made}`);
    try {
      mkdirSync(place);
    } catch {
      return []; // full, or no longer ours: the watch alone holds the program
    }
    // Each file stands in some group only: by version, by controller, and by how the kernel was built.
    set(place, "memory.max", memory);
    set(place, "memory.swap.max", 0);
    set(place, "memory.limit_in_bytes", memory);
    set(place, "memory.memsw.limit_in_bytes", memory);
    set(place, "pids.max", processes);
    return [place];
  });
}

function set(place: string, file: string, limit: number): void {
  try {
    if (existsSync(join(place, file))) writeFileSync(join(place, file), String(limit));
  } catch {
    // A kernel without it, or a limit above its parent's: that one holds.
  }
}

function hasKilled(place: string): boolean {
  const file = ["memory.events", "memory.oom_control"].find((name) => existsSync(join(place, name)));
  return file !== undefined && /^oom_kill [1-9]/m.test(readFileSync(join(place, file), "latin1"));
}

/** Removes what a killed process of ours left behind; a group in use cannot be removed. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const maker = /^kira-(\d+)-\d+$/.exec(name)?.[1];
    if (maker !== undefined && !isRunning(maker)) isRemoved(join(folder, name));
  }
}

function isRemoved(place: string): boolean {
  try {
    rmdirSync(place);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
