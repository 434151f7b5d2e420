import { mkdir, rm } from "node:fs/promises";
import { type Bait, layBait } from "../../sandbox/bait.ts";
import type { Confined, Sandbox } from "../../sandbox/contract.ts";
import { type Held, probes } from "../../sandbox/probes.ts";

export interface EscapeMatrix {
  readonly sandbox: string;
  readonly profile: string;
  readonly probes: ReadonlyArray<{ readonly what: string; readonly held: Held }>;
  /** Median time of a program that does nothing. */
  readonly spawnMs: number;
}

/** Lets a program try each escape, one after the other, and looks on the host at what came of it. */
export async function escapeMatrix(sandbox: Sandbox, signal?: AbortSignal): Promise<EscapeMatrix> {
  await using bait = await layBait();
  const held = [];
  for (const { what, command, limits, judge } of probes) {
    const finished = await sandbox.run({ ...program(bait, command, signal), limits: limits ?? {} });
    held.push({ what, held: judge(finished, bait) });
    await rm(bait.directory, { recursive: true, force: true });
    await mkdir(bait.directory);
  }
  const times = [];
  for (let run = 0; run < 9; run++)
    times.push((await sandbox.run(program(bait, ["/bin/true"], signal))).durationMs);
  const spawnMs = times.sort((a, b) => a - b)[4]!;
  return { sandbox: sandbox.name, profile: sandbox.profile, probes: held, spawnMs };
}

function program({ directory, places }: Bait, command: readonly string[], signal?: AbortSignal): Confined {
  return {
    command,
    directory,
    environment: { PATH: "/usr/local/bin:/usr/bin:/bin", ...places },
    stdin: "",
    timeoutMs: 20_000,
    outputBytes: 1024 * 1024,
    mounts: [],
    network: "none",
    ...(signal === undefined ? {} : { signal }),
  };
}
