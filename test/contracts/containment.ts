import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/contract.ts";
import { aPlace, running, uniqueSleep } from "../sandbox/place.ts";

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
      expect((await sandbox.run(program)).stdout.trim()).toBe("kept");
      expect((await sandbox.run(program)).stdout.trim()).toBe("kept");
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

    test("it gets a mount only if that exists", async () => {
      await using place = await aPlace();
      const run = sandbox.run(place.program("true", { mounts: ["/no/such/folder"] }));
      await expect(run).rejects.toMatchObject({ code: "unavailable" });
    });
  });
}
