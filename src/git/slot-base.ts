import { accessSync, constants, readFileSync, realpathSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const memory = "/dev/shm";
/** What a contained agent may write besides. */
const roomBytes = 1024 * 1024 * 1024;

/**
 * The folder to put slots in: in memory, where files cost a tenth, if they take at most half of what is free there;
 * else the temporary folder, which is also used when the user named one.
 * @param bytes what one slot holds
 */
export function slotBase(bytes: number, slots: number): string {
  const needed = slots * (2 * bytes + roomBytes);
  return process.env["TMPDIR"] === undefined && fits(needed) ? memory : realpathSync(tmpdir());
}

/** What the path of a unix socket may have (104 bytes on macOS, four more on Linux), less what stands behind ours. */
const longestName = 36;

/** The folder to put folders in that hold unix sockets. */
export function socketBase(): string {
  const base = realpathSync(tmpdir());
  return base.length > longestName ? "/tmp" : base;
}

function fits(needed: number): boolean {
  try {
    accessSync(memory, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(memory);
    return runsPrograms() && bavail * bsize >= 2 * needed;
  } catch {
    return false;
  }
}

/** Containers often mount it so that no program in it can be started. */
function runsPrograms(): boolean {
  const line = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .findLast((mount) => mount.split(" ")[1] === memory);
  const [, , type, options = ""] = line?.split(" ") ?? [];
  return type === "tmpfs" && !options.split(",").includes("noexec");
}
