import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { isProgram } from "./search.ts";

const prlimit = "/usr/bin/prlimit";

/**
 * Set inside the sandbox, where the count of processes begins at zero (Linux 5.14 and later; before that it is the
 * user's total). Memory is not limited: RLIMIT_AS is useless, node alone needs a gigabyte of address space.
 * root is exempt from the count of processes.
 */
const limits = { nproc: 1024, fsize: 256 * 1024 * 1024, nofile: 4096, core: 0 };

/** The limits by name, for the key of a trial. */
export const limitsProfile = isProgram(prlimit)
  ? Object.entries(limits)
      .map(([name, limit]) => `${name}=${limit}`)
      .join(",")
  : "no limits";

/** The command that sets the limits and runs what follows it; empty where prlimit is not installed. */
export function limited(timeoutMs: number): string[] {
  if (!isProgram(prlimit)) return [];
  const cpu = Math.ceil(timeoutMs / 1000) * availableParallelism();
  const ours = Object.entries({ ...limits, cpu }) as [keyof typeof titles, number][];
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
