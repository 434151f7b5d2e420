import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../../src/sandbox/cgroup-folders.ts";
import type { Limits } from "../../src/sandbox/contract.ts";
import { killGroup } from "../../src/sandbox/processes.ts";
import { watch } from "../../src/sandbox/watch.ts";

const version1 =
  "30 29 0:26 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n31 29 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids";
const version2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
const inDocker = "30 29 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory";

test.each<[where: string, groups: string, mounts: string, folder: string | undefined]>([
  ["below our own in version 1", "4:memory:/jobs/a\n8:pids:/", version1, "/sys/fs/cgroup/memory/jobs/a"],
  [
    "with controllers that share a hierarchy",
    "4:cpu,memory:/a",
    version1.replace("rw,memory", "rw,cpu,memory"),
    "/sys/fs/cgroup/memory/a",
  ],
  [
    "beside our own in version 2",
    "0::/user.slice/app.slice/run-1.scope",
    version2,
    "/sys/fs/cgroup/user.slice/app.slice",
  ],
  ["at the top in a container of version 2", "0::/", version2, "/sys/fs/cgroup"],
  [
    "in a container that sees its host's names",
    "4:memory:/docker/abc/x",
    inDocker,
    "/sys/fs/cgroup/memory/x",
  ],
  ["nowhere when nothing is mounted", "4:memory:/a", "", undefined],
  ["nowhere when version 1 has it and only version 2 is mounted", "4:memory:/a\n0::/", version2, undefined],
])("a group that limits memory would lie %s", (_, groups, mounts, folder) => {
  expect(folderOf("memory", groups, mounts)).toBe(folder);
});

/** Watches a real process with limits of which it keeps all but one. */
async function firstExcess(script: string, limits: Partial<Limits>): Promise<keyof Limits> {
  const directory = await mkdtemp(join(tmpdir(), "kira-watch-"));
  await writeFile(join(directory, "file"), "x".repeat(10_000));
  const child = spawn("sh", ["-c", script], { detached: true, stdio: "ignore" });
  try {
    const plenty = { memory: 1e9, processes: 100, disk: 1e9, ...limits };
    return await new Promise((resolve) =>
      watch(
        () => String(child.pid),
        directory,
        plenty,
        async () => {},
        resolve,
      ),
    );
  } finally {
    killGroup(child.pid);
    await rm(directory, { recursive: true });
  }
}

test.each<[what: string, script: string, limits: Partial<Limits>]>([
  [
    "grandchildren, where the kernel does not count them",
    "(sleep 99 & sleep 99 & wait) & wait",
    { processes: 3 },
  ],
  ["memory", `exec '${process.execPath}' -e 'setInterval(() => {}, 1e6)'`, { memory: 5_000_000 }],
  ["files that are there already", "sleep 99", { disk: 9_000 }],
])("a program is seen to exceed its limit by %s", async (_, script, limits) => {
  expect(await firstExcess(script, limits)).toBe(Object.keys(limits)[0]);
});
