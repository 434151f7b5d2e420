import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { groupFolders } from "./cgroup-folders.ts";
import type { Limits } from "./contract.ts";
import { isProgram } from "./search.ts";

const mebibyte = 1024 * 1024;

/** What a program may use at most unless it is told otherwise. */
const usualLimits: Limits = { memory: 2048 * mebibyte, processes: 512, disk: 1024 * mebibyte };

export function limitsOf({ limits }: { readonly limits?: Partial<Limits> }): Limits {
  return { ...usualLimits, ...limits };
}

/** A limit that was exceeded, in words. */
export function excess(limit: keyof Limits, limits: Limits): string {
  if (limit === "processes") return `it had more than ${limits.processes} processes`;
  return `it used more than ${Math.round(limits[limit] / mebibyte)} MiB of ${limit}`;
}

const prlimit = "/usr/bin/prlimit";
const hasPrlimit = isProgram(prlimit);

/** Per process, and the same for every program. Memory is missing: node alone needs a gigabyte of address space. */
const perProcess = { fsize: 256 * mebibyte, nofile: 4096, core: 0 };

/** The limits by name, for the key of a trial, and whether the kernel or only our looking keeps them. */
export function limitsProfile(): string {
  const { memory, processes, disk } = usualLimits;
  const soft = (isHard: boolean) => (isHard ? "" : " soft");
  const { memory: hasMemory, pids } = groupFolders();
  const counted = pids !== undefined || (hasPrlimit && process.getuid?.() !== 0);
  const own = hasPrlimit ? Object.entries(perProcess).map(([name, limit]) => `${name}=${limit}`) : [];
  return [
    `memory=${memory}${soft(hasMemory !== undefined)}`,
    `processes=${processes}${soft(counted)}`,
    `disk=${disk}${soft(false)}`,
    ...own,
  ].join(",");
}

/**
 * The command that sets limits inside the sandbox and runs what follows it; empty where prlimit is not installed. The
 * count of processes begins at zero there (Linux 5.14 and later; before that it is the user's total), and the kernel
 * does not hold root to it.
 */
export function limited(timeoutMs: number, { processes }: Limits): string[] {
  if (!hasPrlimit) return [];
  const cpu = Math.ceil(timeoutMs / 1000) * availableParallelism();
  const ours = Object.entries({ ...perProcess, nproc: processes, cpu }) as [keyof typeof titles, number][];
  return [prlimit, ...ours.map(([name, limit]) => `--${name}=${Math.min(limit, highest(name))}`), "--"];
}

const titles = {
  nproc: "Max processes",
  fsize: "Max file size",
  nofile: "Max open files",
  core: "Max core file size",
  cpu: "Max cpu time",
};

/** What we are allowed ourselves: to set more than that would fail. */
function highest(name: keyof typeof titles): number {
  const line = new RegExp(`^${titles[name]}\\s+\\S+\\s+(\\d+)`, "m").exec(
    readFileSync("/proc/self/limits", "latin1"),
  );
  return line ? Number(line[1]) : Infinity; // "unlimited" is no number
}
