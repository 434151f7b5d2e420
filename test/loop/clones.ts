import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { kira, kiraJson, type Said } from "../support/kira.ts";
import { anAgentRepository, type Files, repositoryAt, type TestRepository } from "../support/repository.ts";

/** A clone, with the clock of its machine. */
export interface Clone extends TestRepository {
  readonly env: Readonly<Record<string, string>>;
  kira(...args: string[]): Promise<Said>;
  json<Document = Record<string, never>>(...args: string[]): Promise<Document>;
  /** What `sync` said, and fails the test if it failed. */
  sync(): Promise<string>;
}

export interface Hub extends AsyncDisposable {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** The clone that the hub was made from. */
  readonly first: Clone;
  /** A further plain clone, set up. */
  clone(name: string, now?: string): Promise<Clone>;
}

/** A bare repository that clones share, and the one with the agent that it began with. */
export async function aHub(files: Files = {}, now = "2026-01-31T09:30:00Z"): Promise<Hub> {
  const place = await mkdtemp(join(tmpdir(), "kira hub "));
  const folder = join(place, "hub.git");
  const repository = await anAgentRepository(files);
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
  await execa("git", ["init", "--quiet", "--bare", "--initial-branch=main", folder]);
  await repository.git("remote", "add", "origin", folder);
  await repository.git("push", "--quiet", "--set-upstream", "origin", "main");
  const first = cloneOf(repository, now);
  return {
    folder,
    git,
    first,
    async clone(name, at = now) {
      const target = join(place, name);
      await execa("git", ["clone", "--quiet", folder, target]);
      const clone = cloneOf({ ...repositoryAt(target), [Symbol.asyncDispose]: async () => undefined }, at);
      for (const [key, value] of [
        ["user.name", name],
        ["user.email", `${name}@example.invalid`],
        ["gc.auto", "0"],
        ["kira.acceptUnsandboxed", "true"],
      ])
        await clone.git("config", key!, value!);
      const { status, stderr } = await clone.kira("init");
      if (status !== 0) throw new Error(stderr);
      return clone;
    },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await rm(place, { recursive: true, force: true });
    },
  };
}

function cloneOf(repository: TestRepository, now: string): Clone {
  const { folder } = repository;
  const env = { KIRA_NOW: now };
  return {
    ...repository,
    env,
    kira: (...args) => kira({ folder, env }, ...args),
    json: (...args) => kiraJson({ folder, env }, ...args),
    async sync() {
      const { status, stdout, stderr } = await kira({ folder, env }, "sync");
      if (status !== 0) throw new Error(`sync ended with ${status}: ${stderr}`);
      return stdout;
    },
  };
}

/** What a clone answers, at one moment, whatever its own clock says. */
export async function toldBy({ folder }: Clone): Promise<string> {
  const env = { KIRA_NOW: "2026-02-01T12:00:00Z" };
  const said: string[] = [];
  for (const args of [["archive", "--list"], ["proposals"], ["status"]])
    said.push((await kira({ folder, env }, ...args, "--json")).stdout);
  return said.join("");
}

/** Logs an outcome. */
export const logged = (clone: Clone, task: string, outcome = "failure") =>
  clone.json("log", "--task", task, "--outcome", outcome, "--category", "food");

/** A branch with one commit, proposed. */
export async function proposed(
  clone: Clone,
  files: Files,
  branch: string,
): Promise<{ id: number; branch: string; uuid: string; commit: string }> {
  await clone.git("switch", "--quiet", "--create", branch, "main");
  await clone.commit(files, branch);
  await clone.git("switch", "--quiet", "main");
  const { proposal } = await clone.json<{
    proposal: { id: number; branch: string; uuid: string; commit: string };
  }>("propose", "--from", branch);
  return proposal;
}
