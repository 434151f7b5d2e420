import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { groupFolders } from "./cgroup-folders.ts";
import type { Limits } from "./contract.ts";
import { isRunning, untilGone } from "./processes.ts";

/** What one program runs in: the kernel holds all its processes together to the limits. */
export interface Group extends AsyncDisposable {
  /** The beginning of a command line that moves itself into the group and then becomes the rest. */
  readonly enter: readonly string[];
  /** Whether the kernel had to kill for memory. */
  ranOut(): boolean;
}

// The shell's own variable is taken back: bwrap stays visible inside, with its environment.
const moveIn =
  'until [ "$1" = -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; unset PWD; exec "$@"';
let made = 0;

/** Groups of the kernel (cgroups, version 1 or 2) for one program, where they can be had; gone when disposed of. */
export function openGroup({ memory, processes }: Limits): Group {
  const folders = [...new Set(Object.values(groupFolders()))];
  if (made++ === 0) folders.forEach(sweep);
  const places = folders.map((folder) => join(folder, `kira-${process.pid}-${made}`));
  for (const place of places) {
    mkdirSync(place);
    // Each file stands in some group only: by version, by controller, and by how the kernel was built.
    set(place, "memory.max", memory);
    set(place, "memory.swap.max", 0);
    set(place, "memory.limit_in_bytes", memory);
    set(place, "memory.memsw.limit_in_bytes", memory);
    set(place, "pids.max", processes);
  }
  return {
    enter: places.length === 0 ? [] : ["/bin/sh", "-c", moveIn, "sh", ...places, "--"],
    ranOut: () => places.some(hasKilled),
    [Symbol.asyncDispose]: () => untilGone(() => !places.every(isRemoved)),
  };
}

function set(place: string, file: string, limit: number): void {
  if (existsSync(join(place, file))) writeFileSync(join(place, file), String(limit));
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
