import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A process, so that no later one of the same number is taken for it, not even after a restart of the machine. */
export interface Holder {
  readonly pid: number;
  /** When it started, in the kernel's ticks; empty where the system does not say. */
  readonly started: string;
  readonly boot: string;
}

/** A folder that a process made for trials, and which nobody needs when that process is gone. */
export interface Lease {
  /** Also the name of the working tree's folder, and so of git's entry for it. */
  readonly id: string;
  readonly root: string;
  readonly holder: Holder;
}

/** Leases lie in the git directory, where no tracked file can pretend to be one. */
const folderOf = (commonDir: string) => join(commonDir, "kira/slots");
const fileOf = (commonDir: string, id: string) => join(folderOf(commonDir), id);
const names = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Writes down that a folder is about to be made below `base`: whoever finds it later knows whose it was. */
export function takeLease(commonDir: string, base: string): Lease {
  const id = crypto.randomUUID();
  const lease = { id, root: rootOf(base, id), holder: ourselves() };
  mkdirSync(folderOf(commonDir), { recursive: true });
  writeFileSync(fileOf(commonDir, id), JSON.stringify(lease), { flag: "wx" });
  return lease;
}

export function dropLease(commonDir: string, { id }: Lease): void {
  rmSync(fileOf(commonDir, id), { force: true });
}

/** Leases whose holder is gone. */
export function deadLeases(commonDir: string): Lease[] {
  return idsIn(commonDir).flatMap((id) => {
    const lease = read(fileOf(commonDir, id), id);
    return isAlive(lease.holder) ? [] : [lease];
  });
}

/** Whether there is any lease at all: asked by every command. */
export const anyLease = (commonDir: string): boolean => idsIn(commonDir).length > 0;

function idsIn(commonDir: string): string[] {
  try {
    return readdirSync(folderOf(commonDir)).filter((name) => names.test(name));
  } catch {
    return [];
  }
}

export const treeOf = ({ root, id }: Pick<Lease, "root" | "id">) => join(root, id);

const rootOf = (base: string, id: string) => join(base, `kira-trial-${id}`);

/** A lease that was cut short while it was written has no folder yet. */
function read(file: string, id: string): Lease {
  const nobody = { id, root: "", holder: { pid: 0, started: "", boot: "" } };
  try {
    const { root, holder } = JSON.parse(readFileSync(file, "utf8")) as Lease;
    return root.endsWith(`/kira-trial-${id}`) ? { id, root, holder } : nobody;
  } catch {
    return nobody;
  }
}

export function ourselves(): Holder {
  return { pid: process.pid, started: startOf(process.pid), boot: bootId() };
}

export function isAlive({ pid, started, boot }: Holder): boolean {
  if (pid <= 0 || boot !== bootId()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return started === startOf(pid);
}

function startOf(pid: number): string {
  // "12 (a name) with ) signs) S 1 12 …": only the last bracket ends the name.
  return textOf(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[19] ?? "";
}

const bootId = () => textOf("/proc/sys/kernel/random/boot_id").trim();

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
