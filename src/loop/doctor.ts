import { mkdir, rm } from "node:fs/promises";
import { devNull } from "node:os";
import { messageOf } from "../domain/errors.ts";
import { Git } from "../git/git.ts";
import { findRepository, type Repository } from "../git/repository.ts";
import { type Bait, layBait } from "../sandbox/bait.ts";
import { bubblewrap } from "../sandbox/bubblewrap.ts";
import type { Confined, Sandbox } from "../sandbox/contract.ts";
import { type Held, probes } from "../sandbox/probes.ts";

export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

export interface EscapeMatrix {
  readonly sandbox: string;
  readonly profile: string;
  readonly probes: ReadonlyArray<{ readonly what: string; readonly held: Held }>;
  /** Median time of a program that does nothing. */
  readonly spawnMs: number;
}

export interface Diagnosis {
  readonly healthy: boolean;
  readonly checks: readonly Check[];
  /** Only if it was asked for, and the sandbox works. */
  readonly matrix?: EscapeMatrix;
}

export interface DoctorRequest {
  readonly folder: string;
  readonly searchPath: string;
  readonly sandbox: boolean;
  readonly signal?: AbortSignal;
}

/** Looks whether this machine has what trials need; works outside a repository, too. */
export async function doctor({
  folder,
  searchPath,
  sandbox: wanted,
  signal,
}: DoctorRequest): Promise<Diagnosis> {
  const repository = repositoryAt(folder);
  const sandbox = bubblewrap({ searchPath, repository: repository?.mainWorktree ?? devNull });
  const here = { worktree: folder, mainWorktree: folder, gitDir: folder, commonDir: folder };
  const checks = [
    await check("git", async () => `version ${await new Git(repository ?? here).checkVersion()}`),
    await check("node", () => Promise.resolve(`version ${process.versions.node}`)),
    await check("sandbox", () => sandbox.check().then(() => sandbox.profile)),
  ];
  const works = checks.every(({ ok }) => ok);
  if (!wanted || !checks.at(-1)!.ok) return { healthy: works, checks };
  const matrix = await escapeMatrix(sandbox, signal);
  const holds = matrix.probes.every(({ held }) => held !== "escaped" && held !== "untried");
  return { healthy: works && holds, checks, matrix };
}

function repositoryAt(folder: string): Repository | undefined {
  try {
    return findRepository(folder);
  } catch {
    return undefined;
  }
}

async function check(what: string, find: () => Promise<string>): Promise<Check> {
  try {
    return { what, ok: true, found: await find() };
  } catch (error) {
    return { what, ok: false, found: messageOf(error) };
  }
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
