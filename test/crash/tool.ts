import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";

/** What is published, built from the sources of now: it starts in a third of their time. */
export interface Tool extends AsyncDisposable {
  readonly bin: string;
}

export async function buildTool(): Promise<Tool> {
  const root = await mkdtemp(join(tmpdir(), "kira tool "));
  await execa("npx", ["rolldown", "--config", "--dir", join(root, "dist")]);
  for (const part of ["package.json", "hooks"]) await cp(part, join(root, part), { recursive: true });
  await symlink(resolve("node_modules"), join(root, "node_modules"));
  return {
    bin: join(root, "dist/bin.js"),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** One command line, with the clock held. */
export interface Command {
  readonly args: readonly string[];
  readonly stdin?: string;
}

export const clock = { KIRA_NOW: "2026-01-31T09:30:00Z" };
const failpoint = join(import.meta.dirname, "failpoint.ts");

/** How a process ended: what it said is what it acknowledged. */
export interface Ended {
  readonly killed: boolean;
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the tool as a process of its own.
 * @param env `KIRA_FAILPOINT` names the step at which it kills itself
 */
export async function runTool(
  { bin }: Tool,
  folder: string,
  { args, stdin = "" }: Command,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { isTerminated, signal, exitCode, stdout, stderr } = await execa(
    process.execPath,
    ["--import", failpoint, bin, ...args],
    { cwd: folder, env: { ...clock, ...env }, input: stdin, reject: false },
  );
  return { killed: isTerminated && signal === "SIGKILL", status: exitCode, stdout, stderr };
}
