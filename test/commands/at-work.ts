import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { agentConfig, anAgentRepository, type Files, type TestRepository } from "../support/repository.ts";

const bin = resolve("src/bin.ts");

/** The tool as a process of its own, in a process group of its own, as a shell starts it. */
export interface AtWork {
  readonly child: ChildProcess;
  /** Its exit status and what it said, once it has ended. */
  readonly ended: Promise<{ status: number | null; signal: string | null; stdout: string; stderr: string }>;
  /** Sends a signal to it and all programs of its group, as a terminal does. */
  signal(name: NodeJS.Signals): void;
  isRunning(): boolean;
}

export function startTool(folder: string, args: readonly string[], env: Record<string, string> = {}): AtWork {
  const options = { cwd: folder, env: { ...process.env, ...env }, detached: true };
  const child = spawn(process.execPath, [bin, ...args], options);
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => (said[name] += chunk.toString()));
  return {
    child,
    ended: once(child, "close").then(([status, signal]) => ({ status, signal, ...said })),
    signal: (name) => process.kill(-child.pid!, name),
    isRunning: () => child.exitCode === null && child.signalCode === null,
  };
}

/** An agent that notes its start in the folder NOTES and then waits, as long as there is a file `hold`. */
export const waitingAgent: Files = {
  ".kira-improve.json": JSON.stringify({
    ...agentConfig,
    agent: { ...agentConfig.agent, timeoutSeconds: 600, env: ["NOTES"] },
  }),
  "agent.sh": `prompt=$(cat)
echo $$ >>"$NOTES/started"
[ -e "$NOTES/hold" ] && sleep 600
grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md && echo yes || echo no
`,
};

export const aWaitingRepository = (files: Files = {}): Promise<TestRepository> =>
  anAgentRepository({ ...waitingAgent, ...files });

export const untilStarted = (notes: string): Promise<void> =>
  expect.poll(() => existsSync(join(notes, "started")), { timeout: 50_000, interval: 20 }).toBe(true);

/** Programs that still have a variable with that value; the test itself has none. */
export const programsWith = (value: string): string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(value);
      } catch {
        return false;
      }
    });

/** Nothing of what a command started or laid out is left. */
export async function expectNothingLeft({ git, folder }: TestRepository, notes: string): Promise<void> {
  expect(programsWith(notes)).toEqual([]);
  expect(await git("worktree", "list", "--porcelain")).not.toContain("kira-trial-");
  const slots = join(folder, ".git/kira/slots");
  expect(existsSync(slots) ? readdirSync(slots) : []).toEqual([]);
}
