import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { KiraError, messageOf } from "../domain/errors.ts";
import { oneLine } from "../domain/printable.ts";
import { capture } from "./capture.ts";
import type { Confined, Finished } from "./contract.ts";
import { withOnly } from "./descriptors.ts";
import { groupRuns, killGroup, patienceMs, untilGone } from "./processes.ts";

/** What a member really starts for a program. */
export interface Launch {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Texts to read from descriptors 3, 4, …; the one after the last is written to. Without it there is neither. */
  readonly feeds?: readonly string[];
  /** Whether anything beyond the process group still runs, given what came through that last descriptor. */
  readonly runsOn?: (channel: string) => boolean;
  /** Watches the program while it runs, and kills it when it goes too far. */
  readonly watch?: (channel: () => string, kill: () => void) => Disposable;
}

/**
 * Runs a program in a process group of its own and kills the whole group at its end, its time limit or an abort.
 * @returns with `channel`: what was written to the descriptor after the feeds
 */
export async function spawnProgram(
  program: Confined,
  launch: Launch,
): Promise<Omit<Finished, "exceeded"> & { channel: string }> {
  if (program.signal?.aborted) throw interruption(program.signal);

  const started = performance.now();
  const child = start(program, launch);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const stdout = capture(child.stdout, program.outputBytes);
  const stderr = capture(child.stderr, program.outputBytes);
  const channel = capture(child.stdio?.[3 + (launch.feeds?.length ?? 0)] as Readable | undefined, 65_536);
  feed(child.stdin, program.stdin);
  launch.feeds?.forEach((text, at) => feed(child.stdio?.[3 + at] as Writable | undefined, text));

  let timedOut = false;
  const kill = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, program.timeoutMs);
  program.signal?.addEventListener("abort", kill, { once: true });
  using _watch = launch.watch?.(channel.text, kill);
  try {
    const [exitCode, endedBy] = (await once(child, "exit")) as [number | null, string | null];
    const durationMs = performance.now() - started;
    kill();
    await Promise.race([closed, sleep(patienceMs, undefined, { ref: false })]);
    await untilGone(() => groupRuns(child.pid) || launch.runsOn?.(channel.text()) === true);
    if (program.signal?.aborted) throw interruption(program.signal);
    const truncated = stdout.truncated || stderr.truncated;
    const texts = { stdout: stdout.text(), stderr: stderr.text(), channel: channel.text() };
    return { exitCode, endedBy, timedOut, truncated, durationMs, ...texts };
  } catch (cause) {
    throw cause instanceof KiraError ? cause : cannotStart(program, cause);
  } finally {
    clearTimeout(timer);
    program.signal?.removeEventListener("abort", kill);
    for (const stream of child.stdio ?? []) stream?.destroy();
  }
}

function start(
  program: Confined,
  { command: [file = "", ...args], environment, feeds }: Launch,
): ChildProcess {
  const extra = feeds ? [...feeds, "channel"].map(() => "pipe" as const) : [];
  const options = { cwd: program.directory, env: { ...environment }, detached: true };
  try {
    return withOnly(["pipe", "pipe", "pipe", ...extra], (stdio) => spawn(file, args, { ...options, stdio }));
  } catch (cause) {
    throw cannotStart(program, cause); // some failures are thrown, such as a command line that is too long
  }
}

/** A program that does not read its input is free not to. */
function feed(stream: Writable | null | undefined, text: string): void {
  stream?.on("error", () => undefined);
  stream?.end(text);
}

function cannotStart({ command }: Confined, cause: unknown): KiraError {
  const name = JSON.stringify(oneLine(command[0] ?? "", 200));
  const advice = "Install it, or correct the command in the configuration.";
  return new KiraError(
    "unavailable",
    `The program ${name} cannot be started: ${messageOf(cause)}. ${advice}`,
    { cause },
  );
}

function interruption({ reason }: AbortSignal): KiraError {
  if (reason instanceof KiraError) return reason;
  return new KiraError(
    "interrupted",
    "A program was stopped before its end. Run the command again to go on.",
  );
}
