import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect } from "vitest";
import type { Check } from "../../src/loop/doctor/check.ts";
import type { Diagnosis } from "../../src/loop/doctor.ts";
import { kira } from "../support/kira.ts";
import { agentConfig, type TestRepository } from "../support/repository.ts";

// Each line that doctor can print, made to fail; then its fix is run in a shell exactly as it was printed.

/** A folder on the PATH with `kira-improve` in it. */
export let programs: string;
export const noBubblewrap = await execa("bwrap", ["--version"], { reject: false }).then(
  ({ failed }) => failed,
);

beforeAll(async () => {
  programs = await realpath(await mkdtemp(join(tmpdir(), "kira programs ")));
  await program("kira-improve", `exec "${process.execPath}" "${resolve("src/bin.ts")}" "$@"`);
});
afterAll(() => rm(programs, { recursive: true, force: true }));

export async function program(name: string, script: string, folder = programs): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

export async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A line that stays in the foreground, in a second terminal. */
export function startInBackground({ folder, env = {} }: Shell, line: string) {
  const PATH = [env["PATH"], process.env["PATH"]].join(delimiter);
  const child = spawn("sh", ["-c", `exec ${line}`], { cwd: folder, env: { ...process.env, ...env, PATH } });
  return {
    async answers(address: string): Promise<void> {
      while (!(await fetch(address).catch(() => undefined))) await sleep(20);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "exit");
    },
  };
}

interface Shell {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** As a user types it, with `kira-improve` on the PATH. */
export async function shell({ folder, env = {} }: Shell, line: string): Promise<string> {
  const PATH = [...(env["PATH"] ? [env["PATH"]] : []), programs, process.env["PATH"]].join(delimiter);
  const { stdout } = await execa("sh", ["-c", line], { cwd: folder, env: { ...env, PATH } });
  return stdout;
}

export async function look(at: Shell, what: string, ...options: string[]): Promise<Check> {
  // Only what a program finds in its own environment needs a process of its own.
  const text = at.env
    ? await shell(at, `kira-improve doctor --json ${options.join(" ")} || :`)
    : (await kira({ folder: at.folder }, "doctor", "--json", ...options)).stdout;
  const { doctor } = JSON.parse(text) as { doctor: Diagnosis };
  const check = doctor.checks.find((each) => each.what === what);
  if (check === undefined) throw new Error(`doctor has no line ${what}: ${text}`);
  return check;
}

/** Finds the line broken, runs what it prints, and finds it mended. @returns what was wrong */
export async function mends(at: Shell, what: string, ...options: string[]): Promise<string> {
  const before = await look(at, what, ...options);
  expect(before).toMatchObject({ level: expect.stringMatching(/warning|failure/), why: expect.any(String) });
  await shell(at, before.fix!);
  expect(await look(at, what, ...options)).toMatchObject({ level: "ok" });
  return before.found;
}

/** What its configuration says, with changes, committed. */
export async function configure(repository: TestRepository, changes: object): Promise<void> {
  await repository.commit({ ".kira-improve.json": JSON.stringify({ ...agentConfig, ...changes }) });
}
