import { readdirSync, readFileSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Limits } from "./contract.ts";

// Processes soon: until they are moved into a group of the kernel's, nothing but this look holds them.
const lookMs = { processes: { first: 25, then: 100 }, disk: { first: 250, then: 250 } };

/**
 * Looks again and again at what a program uses, for what the kernel does not limit here: the resident memory and the
 * number of its processes, and the bytes in its folder. It is soft: between two looks a program can go further, and
 * files that are deleted but open are not seen.
 * @param first the first process inside, once it is known
 * @param onProcesses told of all its processes at each look, and waited for
 * @param onExcess called once, with the limit that was exceeded
 */
export function watch(
  first: () => string | undefined,
  directory: string,
  { memory, processes, disk }: Limits,
  onProcesses: (pids: readonly string[]) => Promise<void>,
  onExcess: (limit: keyof Limits) => void,
): Disposable {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  const repeat = async (
    { first: firstMs, then: everyMs }: (typeof lookMs)["disk"],
    look: () => Promise<keyof Limits | undefined>,
  ) => {
    for (let waitMs = firstMs; !stopping.signal.aborted;) {
      await sleep(waitMs, undefined, stopping).catch(() => undefined);
      const began = performance.now();
      const limit = stopping.signal.aborted ? undefined : await look();
      // Where looking takes long, it still takes no more than a tenth of the time.
      waitMs = Math.max(everyMs, 10 * (performance.now() - began));
      if (limit === undefined || stopping.signal.aborted) continue;
      stop();
      onExcess(limit);
    }
  };
  void repeat(lookMs.processes, async () => {
    const pids = treeOf(first());
    if (pids.length > processes) return "processes";
    await onProcesses(pids);
    return pids.reduce((sum, pid) => sum + residentBytes(pid), 0) > memory ? "memory" : undefined;
  });
  void repeat(lookMs.disk, async () => ((await bytesIn(directory, disk)) > disk ? "disk" : undefined));
  return { [Symbol.dispose]: stop };
}

/** A process and its descendants (Linux). In a PID namespace orphans stay below its first process. */
function treeOf(first: string | undefined): string[] {
  const found = first === undefined ? [] : [first];
  for (const pid of found)
    for (const thread of attempt(() => readdirSync(`/proc/${pid}/task`)) ?? [])
      found.push(...textOf(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean));
  return found;
}

/** What would be freed if the process ended; memory that it shares with others counts for each of them. */
function residentBytes(pid: string): number {
  const lines = textOf(`/proc/${pid}/status`).matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB/gm);
  return [...lines].reduce((sum, [, kibibytes]) => sum + Number(kibibytes) * 1024, 0);
}

/** Bytes on the disk below a folder, or more than the limit if it cannot be looked into; a file counts as 4 KiB at least. */
async function bytesIn(folder: string, limit: number): Promise<number> {
  let bytes = 0;
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const { blocks } = await lstat(path);
      bytes += Math.max(4096, blocks * 512);
      if (entry.isDirectory() && bytes <= limit) bytes += await bytesIn(path, limit - bytes);
      if (bytes > limit) break;
    }
  } catch (error) {
    // What is gone uses nothing. What is hidden from us, or lies too deep for a path, is no honest work.
    if (!["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return Infinity;
  }
  return bytes;
}

const textOf = (file: string) => attempt(() => readFileSync(file, "latin1")) ?? "";

/** Processes and threads end while we look. */
function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
