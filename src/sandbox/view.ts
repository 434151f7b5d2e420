import { existsSync, lstatSync, readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { KiraError } from "../domain/errors.ts";
import type { Confined } from "./contract.ts";
import { doorsOf, socketInside } from "./doors.ts";
import { isProgram, liesIn, programsOn } from "./search.ts";

/** Where the trial's folder stands inside: the same in every trial, so that no result depends on a random name. */
export const trialFolder = "/trial";
export const homeFolder = "/home/agent";

const scratchBytes = 256 * 1024 * 1024;
const system = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
const settings = [
  ...["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"],
  ...["/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates"],
  ...["/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"],
];
// To root without any privilege these are still writable files of its own, and core_pattern runs programs on the host.
const kernel = "sys sysrq-trigger irq bus fs acpi scsi driver dynamic_debug mtrr".split(" ");
const nameService = ["/etc/resolv.conf", "/etc/nsswitch.conf"];

/** Files that exist only inside, each read by bwrap from a descriptor of its own, from 3 on. */
const invented = [
  ["/etc/passwd", `agent:x:1000:1000:agent:${homeFolder}:/bin/sh\n`],
  ["/etc/group", "agent:x:1000:\n"],
  ["/etc/hosts", "127.0.0.1 localhost trial\n::1 localhost trial\n"],
] as const;
export const inventedTexts = invented.map(([, text]) => text);

/**
 * The arguments that make bwrap show the system, the trial's folder and what was declared, and nothing else.
 * @throws KiraError `unavailable` if a declared folder does not exist
 */
export function viewOf(program: Confined): string[] {
  const network = program.network === "host";
  return [
    // --unshare-all only tries for a user namespace; asked for by name, bwrap fails without one.
    ...["--unshare-user", "--unshare-all", ...(network ? ["--share-net"] : [])],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ...["--uid", "1000", "--gid", "1000", "--hostname", "trial"],
    ...system.flatMap(asItIs),
    ...[...settings, ...(network ? nameService : [])].flatMap(readable),
    ...invented.flatMap(([path], at) => ["--ro-bind-data", String(3 + at), path]),
    ...["--json-status-fd", String(3 + invented.length)],
    ...["--proc", "/proc", ...kernel.flatMap((name) => readable(`/proc/${name}`))],
    ...["--dev", "/dev", ...scratch("/dev/shm"), "--remount-ro", "/dev"],
    ...[...scratch("/tmp"), ...scratch(homeFolder)],
    ...declared(program).flatMap((path) => ["--ro-bind", path, path]),
    // A read-only socket can be connected to all the same.
    ...doorsOf(program).flatMap((door) => ["--ro-bind", door.socket, socketInside(door)]),
    ...["--bind", program.directory, trialFolder, "--remount-ro", "/", "--chdir", trialFolder],
  ];
}

/** Whether a program would be found inside: bwrap cannot tell a missing one from one that failed. */
export function shows(program: Confined): boolean {
  const name = program.command[0] ?? "";
  const found = name.includes("/")
    ? [resolve(program.directory, name)].filter(isProgram)
    : programsOn(program.environment["PATH"] ?? "", name);
  const shown = [...system, ...declared(program), program.directory];
  return found.some((path) => shown.some((folder) => liesIn(path, folder)));
}

function declared({ mounts }: Confined): string[] {
  const missing = mounts.find((path) => !existsSync(path));
  if (missing !== undefined)
    throw new KiraError(
      "unavailable",
      `The mount ${missing} does not exist. Create it, or take it out of agent.mounts.`,
    );
  return [process.execPath, ...mounts];
}

function readable(path: string): string[] {
  return ["--ro-bind-try", path, path];
}

/** On most systems /bin and /lib are links into /usr: they stay links. */
function asItIs(path: string): string[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  return found.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
}

function scratch(path: string): string[] {
  return ["--size", String(scratchBytes), "--tmpfs", path];
}
