import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How long killed processes may take to be gone, and escaped ones may keep our pipes open. */
export const patienceMs = 1000;

/** Kills a whole process group. One that is gone already is fine. */
export function killGroup(group: number | undefined): void {
  signalGroup(group, "SIGKILL");
}

/** Waits until something has stopped running, for a bounded time: a kill is not done when it is sent. */
export async function untilGone(runs: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (runs() && performance.now() < deadline) await sleep(2);
}

/** Whether a member of the group still runs. A zombie does not, and where nobody reaps it, it stays for ever. */
export function groupRuns(group: number | undefined): boolean {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some(
    (name) => /^\d+$/.test(name) && statOf(name)?.group === group && isRunning(name),
  );
}

/** Whether a process runs (Linux). The first one of a PID namespace is a zombie only when all others are gone. */
export function isRunning(pid: number | string): boolean {
  return !["Z", "X", undefined].includes(statOf(pid)?.state);
}

/** The processes with this among their arguments (Linux). */
export function runningLike(argument: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => argumentsOf(pid).includes(argument)).map(Number);
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function statOf(pid: number | string): { state: string | undefined; group: number } | undefined {
  try {
    // "12 (a name) with ) signs) S 1 12 …": only the last bracket ends the name.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    return { state: fields[0], group: Number(fields[2]) };
  } catch {
    return undefined;
  }
}

function signalGroup(group: number | undefined, signal: "SIGKILL" | 0): boolean {
  try {
    return group !== undefined && process.kill(-group, signal);
  } catch {
    return false;
  }
}
