import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Limits, Sandbox } from "../../src/sandbox/contract.ts";
import { aPlace, running, uniqueSleep } from "../sandbox/place.ts";

const mebibyte = 1024 * 1024;
const hog = `exec '${process.execPath}' -e 'const all = []; setInterval(() => all.push(Buffer.alloc(20e6, 1)), 20)'`;
const hogs = `for each in 1 2 3 4 5 6; do (x=$(head -c 50000000 /dev/zero | tr '\\0' x); sleep 99; :) & done; wait`;
const endlessFiles = (prefix: string) =>
  `i=0; while i=$((i+1)); do head -c 4000000 /dev/zero > ${prefix}$i; sleep 0.05; done`;

/** What a sandbox promises that says of itself that it contains. */
export function promisesOfContainment(sandbox: Sandbox): void {
  describe("contains a program:", () => {
    test("it cannot write outside its folder, even through a link", async () => {
      await using place = await aPlace();
      const outside = join(place.directory, "../outside");
      await writeFile(outside, "untouched");
      await symlink(outside, join(place.directory, "link"));
      const attempts = `echo x > '${outside}'; echo x > link; echo x > ../outside; echo x > /usr/x; echo x > /x`;
      await sandbox.run(place.program(attempts));
      expect(await readFile(outside, "utf8")).toBe("untouched");
      expect(existsSync("/usr/x") || existsSync("/x")).toBe(false);
    });

    test("it cannot read what was not declared, and can read what was", async () => {
      await using place = await aPlace();
      const outside = join(place.directory, "../declared");
      await mkdir(outside);
      await writeFile(join(outside, "file"), "shown");
      const read = `cat '${outside}/file'; echo x > '${outside}/file'`;
      expect((await sandbox.run(place.program(read))).stdout).toBe("");
      const mounts = [join(place.directory, "..", "declared")];
      expect((await sandbox.run(place.program(read, { mounts }))).stdout).toBe("shown");
      expect(await readFile(join(outside, "file"), "utf8")).toBe("shown");
    });

    test("it has an empty home and scratch folder of its own each time", async () => {
      await using place = await aPlace();
      const environment = { PATH: "/usr/bin:/bin", HOME: "/root" };
      const script = 'ls -A "$HOME" /tmp | grep -v :; echo kept > "$HOME/a"; cat "$HOME/a"; touch /tmp/a';
      const program = place.program(script, { environment });
      // Where the runtime itself is installed below /tmp, the way to it is there; nothing else is.
      const way = process.execPath.startsWith("/tmp/") ? [process.execPath.split("/")[2]] : [];
      for (let time = 0; time < 2; time++)
        expect((await sandbox.run(program)).stdout.trim().split("\n")).toEqual([...way, "kept"]);
    });

    test("it sees no process but its own, and no variable of ours", async () => {
      await using place = await aPlace();
      process.env["KIRA_DECOY"] = "decoy-value";
      const { stdout } = await sandbox.run(place.program("cat /proc/[0-9]*/environ; echo /proc/[0-9]*"));
      delete process.env["KIRA_DECOY"];
      expect(stdout).not.toContain("decoy-value");
      expect(stdout.trim().split("\n").at(-1)!.split(" ").length).toBeLessThan(5);
    });

    test("not even a daemon of its own outlives it", async () => {
      await using place = await aPlace();
      const endless = uniqueSleep();
      await sandbox.run(place.program(`(setsid ${endless} &); (setsid ${endless} >/dev/null 2>&1 &)`));
      expect(await running(endless)).toEqual([]);
    });

    test("it holds no privilege, whoever started it", async () => {
      await using place = await aPlace();
      const { stdout } = await sandbox.run(place.program("id -u; grep -h CapEff /proc/self/status"));
      expect(stdout).toMatch(/^1000\nCapEff:\s0+\n$/);
    });

    test("it cannot change the kernel's settings, even when root started it", async () => {
      await using place = await aPlace();
      const script = "find /proc -maxdepth 1 -type f -writable; find /proc/sys -type f -writable 2>/dev/null";
      const { stdout } = await sandbox.run(place.program(script));
      expect(stdout).toBe("");
    });

    test("it can use the running node, wherever that is installed", async () => {
      await using place = await aPlace();
      const command = [process.execPath, "-p", "process.version"];
      const { stdout } = await sandbox.run(place.program("", { command }));
      expect(stdout.trim()).toBe(process.version);
    });

    test.each<[what: string, limits: Partial<Limits>, script: string]>([
      ["much memory", { memory: 200 * mebibyte }, hog],
      ["much memory in all, in processes that are small", { memory: 200 * mebibyte }, hogs],
      ["many small files", { disk: 4 * mebibyte }, "i=0; while i=$((i+1)); do echo x > $i; done"],
      [
        "files in a folder that cannot be listed",
        { disk: 20 * mebibyte },
        `mkdir -m 300 hidden; ${endlessFiles("hidden/")}`,
      ],
      ["big files one after the other", { disk: 20 * mebibyte }, endlessFiles("")],
    ])("a program that takes %s without end is killed, and told why", async (_, limits, script) => {
      await using place = await aPlace();
      const { timedOut, exitCode, exceeded, stderr } = await sandbox.run(place.program(script, { limits }));
      expect({ timedOut, limit: exceeded?.limit }).toEqual({
        timedOut: false,
        limit: Object.keys(limits)[0],
      });
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(/\nStopped: it used more than \d+ MiB of (memory|disk)\.$/);
    });

    test("a program that forks without end comes to an end itself, and leaves nothing", async () => {
      await using place = await aPlace();
      const endless = uniqueSleep();
      const bomb = `i=0; while [ $i -lt 300 ] && i=$((i+1)); do ${endless} & echo $i >> count; done; wait`;
      const program = place.program(bomb, { limits: { processes: 50 } });
      const { exitCode, timedOut } = await sandbox.run(program);
      expect({ failed: exitCode !== 0, timedOut }).toEqual({ failed: true, timedOut: false });
      const count = (await readFile(join(place.directory, "count"), "utf8")).trim().split("\n").length;
      expect(count).toBeLessThan(300);
      expect(await running(endless)).toEqual([]);
    });

    test("it gets a mount only if that exists", async () => {
      await using place = await aPlace();
      const run = sandbox.run(place.program("true", { mounts: ["/no/such/folder"] }));
      await expect(run).rejects.toMatchObject({ code: "unavailable" });
    });
  });
}
