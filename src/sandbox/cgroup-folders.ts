import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const controllers = ["memory", "pids"] as const;
export type Controller = (typeof controllers)[number];

/** Where groups can be made that limit memory or the number of processes. */
export type Folders = Readonly<Partial<Record<Controller, string>>>;

let known: Folders | undefined;

/** Only what is ours to divide: the top of a hierarchy as root, or what an ordinary user was given. */
export function groupFolders(): Folders {
  if (process.platform !== "linux") return {};
  const read = (name: string) => readFileSync(`/proc/self/${name}`, "utf8");
  return (known ??= Object.fromEntries(
    controllers.flatMap((controller) => {
      const folder = folderOf(controller, read("cgroup"), read("mountinfo"));
      return folder !== undefined && isOurs(folder, controller) ? [[controller, folder]] : [];
    }),
  ));
}

/**
 * The folder in which a group with this controller would lie, from the texts of /proc/self/cgroup and mountinfo. In
 * version 2 a group that holds processes cannot be divided, so ours would lie beside it.
 */
export function folderOf(controller: Controller, groups: string, mounts: string): string | undefined {
  const own = [...groups.matchAll(/^\d+:([^:]*):(.*)$/gm)].map(([, names = "", path = ""]) => ({
    names,
    path,
  }));
  const first = own.find(({ names }) => names.split(",").includes(controller));
  const group = first ?? own.find(({ names }) => names === "");
  const type = first ? "cgroup" : "cgroup2";
  const mounted = [...mounts.matchAll(/^(?:\S+ ){3}(\S+) (\S+) .*- (\S+) \S+ (\S+)$/gm)];
  const mount = mounted.find(
    ([, , , kind, options = ""]) => kind === type && (!first || options.split(",").includes(controller)),
  );
  if (!group || !mount) return undefined;
  const [, root = "", place = ""] = mount;
  const below = root !== "/" && group.path.startsWith(root) ? group.path.slice(root.length) : group.path;
  return resolve(place, `.${first ? below : dirname(join("/", below))}`);
}

function isOurs(folder: string, controller: Controller): boolean {
  try {
    accessSync(folder, constants.W_OK);
    accessSync(join(folder, "cgroup.procs"), constants.W_OK);
    const passedOn = join(folder, "cgroup.subtree_control");
    if (existsSync(passedOn) && !readFileSync(passedOn, "latin1").includes(controller)) return false;
    const user = process.getuid?.();
    // To root everything is writable, also what systemd or whoever started us governs.
    return user === 0
      ? statSync(folder).dev !== statSync(dirname(folder)).dev
      : statSync(folder).uid === user;
  } catch {
    return false;
  }
}
