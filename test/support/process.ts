import { spawn } from "node:child_process";

/** The tool as a process of its own, in a process group of its own. */
export function start(folder: string, env: Readonly<Record<string, string>>, args: readonly string[]) {
  const script = `
    const { runCli } = await import(${JSON.stringify(new URL("../../src/cli.ts", import.meta.url).href)});
    const { stdin, stdout, stderr, env } = process;
    const signal = new AbortController().signal;
    process.exitCode = await runCli(process.argv.slice(1), { stdin, stdout, stderr, env, colorDepth: 1, folder: process.cwd(), signal });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, "--", ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: "ignore",
    detached: true,
  });
  /** Whether it was killed, and its exit status otherwise. */
  const status = new Promise<number | "killed">((resolve) =>
    child.once("exit", (code, signal) => resolve(signal === "SIGKILL" ? "killed" : (code ?? -1))),
  );
  return {
    status,
    kill: () => process.kill(-child.pid!, "SIGKILL"),
    ended: status.then((how) => how === "killed"),
    runs: () => child.exitCode === null,
  };
}
