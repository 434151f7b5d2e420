import { spawn, type StdioOptions } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/contract.ts";
import { aDoor, aPlace, appears, running, uniqueSleep } from "../sandbox/place.ts";
import { promisesOfContainment } from "./containment.ts";

/** What every sandbox promises. `reason` says why it cannot be tried here, if it cannot. */
export function promisesOfASandbox(sandbox: Sandbox, reason?: string): void {
  describe.skipIf(reason)(`the sandbox ${sandbox.name}${reason ? ` (skipped: ${reason})` : ""}`, () => {
    test("gives a program its input, and hands back what it printed and how it ended", async () => {
      await using place = await aPlace();
      const finished = await sandbox.run(place.program("cat; echo oops >&2; exit 7", { stdin: "grüezi" }));
      expect(finished).toMatchObject({ stdout: "grüezi", stderr: "oops\n", exitCode: 7, timedOut: false });
      expect(finished.truncated).toBe(false);
    });

    test("runs a program in its own folder, where it may write", async () => {
      await using place = await aPlace();
      await writeFile(join(place.directory, "input"), "seed");
      const { exitCode } = await sandbox.run(place.program("cp input output && mkdir deep && touch deep/er"));
      expect(exitCode).toBe(0);
      expect(await readFile(join(place.directory, "output"), "utf8")).toBe("seed");
      expect(existsSync(join(place.directory, "deep/er"))).toBe(true);
    });

    test("gives a program exactly the variables named, none of ours", async () => {
      await using place = await aPlace();
      const environment = { PATH: "/usr/bin:/bin", COLOUR: "a=b c", HOME: join(place.directory, "home") };
      const { stdout } = await sandbox.run(place.program("", { command: ["env"], environment }));
      const names = stdout
        .trim()
        .split("\n")
        .map((line) => line.split("=")[0]);
      expect(names.sort()).toEqual(["COLOUR", "HOME", "PATH"]);
      expect(stdout).toContain("COLOUR=a=b c\n");
    });

    test("names the folder alike in variables, in arguments and as the working directory", async () => {
      await using place = await aPlace();
      const file = join(place.directory, "task.txt");
      await writeFile(file, "hello");
      const environment = { PATH: "/usr/bin:/bin", TASK: file, WORKSPACE: place.directory };
      const command = ["/bin/sh", "-c", 'cat "$TASK" "$1" "${2#--in=}"; test "$WORKSPACE" = "$PWD"', "sh"];
      const finished = await sandbox.run(
        place.program("", { command: [...command, file, `--in=${file}`], environment }),
      );
      expect(finished).toMatchObject({ stdout: "hellohellohello", exitCode: 0 });
    });

    test("ends a program that takes too long, with all that it started", async () => {
      await using place = await aPlace();
      const endless = uniqueSleep();
      const program = place.program(`${endless} & touch started; ${endless}`, { timeoutMs: 3000 });
      const finished = await sandbox.run(program);
      expect(existsSync(join(place.directory, "started"))).toBe(true);
      expect(finished).toMatchObject({ timedOut: true, exitCode: null, endedBy: "SIGKILL" });
      expect(await running(endless)).toEqual([]);
    });

    test("ends what a program left running in the background", async () => {
      await using place = await aPlace();
      const endless = uniqueSleep();
      const finished = await sandbox.run(place.program(`${endless} & echo done`));
      expect(finished).toMatchObject({ stdout: "done\n", exitCode: 0, timedOut: false });
      expect(await running(endless)).toEqual([]);
    });

    test("ends a program when the user interrupts, and says so", async () => {
      await using place = await aPlace();
      const endless = uniqueSleep();
      const interrupt = new AbortController();
      const program = place.program(`touch started; ${endless}`, { signal: interrupt.signal });
      const run = sandbox.run(program);
      void appears(join(place.directory, "started")).then(() => interrupt.abort());
      await expect(run).rejects.toMatchObject({ code: "interrupted" });
      expect(await running(endless)).toEqual([]);
    });

    test("starts nothing once the user has interrupted", async () => {
      await using place = await aPlace();
      const run = sandbox.run(place.program("touch started", { signal: AbortSignal.abort() }));
      await expect(run).rejects.toMatchObject({ code: "interrupted" });
      expect(existsSync(join(place.directory, "started"))).toBe(false);
    });

    test("keeps the beginning of a gigabyte of output without growing by it", async () => {
      await using place = await aPlace();
      const before = process.memoryUsage().rss;
      const flood = place.program("head -c 1000000000 /dev/zero | tr '\\0' x", { outputBytes: 5000 });
      const finished = await sandbox.run(flood);
      expect(finished).toMatchObject({ exitCode: 0, truncated: true, stdout: "x".repeat(5000) });
      expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
    });

    test("never cuts a character in two", async () => {
      await using place = await aPlace();
      const { stdout } = await sandbox.run(place.program("printf 'ääää'", { outputBytes: 5 }));
      expect(stdout).toBe("ää");
    });

    test("does not mind a program that ignores its input", async () => {
      await using place = await aPlace();
      const { exitCode } = await sandbox.run(place.program("exit 0", { stdin: "x".repeat(5_000_000) }));
      expect(exitCode).toBe(0);
    });

    test("reports a program that is not there instead of failing the agent", async () => {
      await using place = await aPlace();
      for (const command of [["kira-no-such-program"], ["/usr/bin/kira-no-such"], ["./missing.sh"], []])
        await expect(sandbox.run(place.program("", { command }))).rejects.toMatchObject({
          code: "unavailable",
        });
    });

    describe("with doors to a model", () => {
      test("lets a program through them, by addresses in its environment", async () => {
        await using place = await aPlace();
        await using door = await aDoor();
        const script = `fetch(process.env.MODEL_URL + "/word").then(async (a) => console.log(await a.text()))`;
        const command = [process.execPath, "-e", script];
        const { stdout } = await sandbox.run(place.program("", { ...door.changes, command }));
        expect(stdout).toBe("/v1/word\n");
      });

      test("ends a program in the same way as without", async () => {
        await using place = await aPlace();
        await using door = await aDoor();
        const { changes } = door;
        const told = await sandbox.run(
          place.program("cat; echo oops >&2; exit 7", { ...changes, stdin: "hi" }),
        );
        expect(told).toMatchObject({ stdout: "hi", stderr: "oops\n", exitCode: 7, timedOut: false });
        const [killed, without] = [
          await sandbox.run(place.program("kill -9 $$", changes)),
          await sandbox.run(place.program("kill -9 $$")),
        ];
        expect([killed.exitCode, killed.endedBy]).toEqual([without.exitCode, without.endedBy]);
        const endless = uniqueSleep();
        const late = await sandbox.run(
          place.program(`${endless} & ${endless}`, { ...changes, timeoutMs: 2000 }),
        );
        expect([late.timedOut, await running(endless)]).toEqual([true, []]);
      });

      test("adds nothing to a program's variables but where the doors are", async () => {
        await using place = await aPlace();
        await using door = await aDoor();
        const { stdout } = await sandbox.run(place.program("", { ...door.changes, command: ["env"] }));
        expect(
          stdout
            .trim()
            .split("\n")
            .map((line) => line.split("=")[0])
            .sort(),
        ).toEqual(["MODEL_URL", "PATH"]);
      });

      test("reaches nobody without any", async () => {
        await using place = await aPlace();
        const { stdout } = await sandbox.run(place.program("echo done", { network: "llm" }));
        expect(stdout).toBe("done\n");
      });
    });

    test("hands down no open file of whoever started us", async () => {
      await using place = await aPlace();
      const secret = join(place.directory, "secret");
      await writeFile(secret, "a secret");
      const list = place.program("for each in /proc/self/fd/*; do readlink $each; done");
      const program = JSON.stringify({ ...list, environment: { PATH: "/usr/bin:/bin" } });
      const script = `
        import { sandboxes } from ${JSON.stringify(join(process.cwd(), "src/sandbox/index.ts"))};
        const host = { searchPath: process.env.PATH, repository: "/nowhere" };
        const finished = await sandboxes[${JSON.stringify(sandbox.name)}](host).run(${program});
        console.log(finished.stdout);`;
      const held = openSync(secret, "r");
      const stdio: StdioOptions = ["ignore", "pipe", "inherit", ...Array<"ignore">(60).fill("ignore"), held];
      const starter = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio });
      closeSync(held);
      const stdout = await text(starter.stdout!);
      expect(stdout).not.toContain("secret");
      expect(stdout).toContain("/dev/null");
    });

    if (sandbox.contained) promisesOfContainment(sandbox);
  });
}
