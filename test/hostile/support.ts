import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { randomInt } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { messageOf } from "../../src/domain/errors.ts";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import { mean } from "../../src/domain/verdict/cell.ts";
import { bubblewrap } from "../../src/sandbox/bubblewrap.ts";
import { kira, type Said } from "../support/kira.ts";
import {
  agentConfig,
  aGoodIdea,
  aRepository,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { stateOf } from "../support/state.ts";

/** Why the sandbox cannot be used here; empty if it can. */
export const missing = await bubblewrap({ searchPath: process.env["PATH"] ?? "", repository: "/nowhere" })
  .check()
  .then(() => "", messageOf);

/** Things on the machine that an agent would like to get at. */
export interface Host extends AsyncDisposable {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** How many connections were made. */
  connections(): number;
  /** What a prompt may tell an attacker. */
  readonly known: Readonly<Record<string, string | number>>;
}

export async function aHost(): Promise<Host> {
  const root = await mkdtemp(join(tmpdir(), "kira host "));
  const [home, scratch] = [join(root, "home"), join(root, "tmp")];
  await mkdir(join(home, ".ssh"), { recursive: true });
  await mkdir(scratch);
  await writeFile(join(home, ".ssh/id_ed25519"), "a private key");
  await writeFile(join(home, "answer"), "got it");
  await writeFile(join(home, "answer.json"), JSON.stringify({ text: "got it" }));
  let connected = 0;
  const [tcp, unix] = [createServer(() => connected++), createServer(() => connected++)];
  tcp.listen(0, "127.0.0.1");
  unix.listen(join(root, "socket"));
  await Promise.all([once(tcp, "listening"), once(unix, "listening")]);
  const secret = `secret-${randomInt(1e9)}`;
  const victim = spawn("sleep", ["600"], { env: { BAIT: secret }, stdio: "ignore" });
  const before = { TMPDIR: process.env["TMPDIR"], KIRA_TEST_KEY: undefined };
  Object.assign(process.env, { TMPDIR: scratch, KIRA_TEST_KEY: secret });
  return {
    home,
    env: { HOME: home, TMPDIR: scratch, KIRA_TEST_KEY: secret },
    connections: () => connected,
    known: {
      home,
      secret,
      port: (tcp.address() as AddressInfo).port,
      socket: join(root, "socket"),
      sleep: `${randomInt(100_000, 999_999)}.${randomInt(100_000, 999_999)}`,
    },
    async [Symbol.asyncDispose]() {
      for (const [name, value] of Object.entries(before))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      victim.kill("SIGKILL");
      tcp.close();
      unix.close();
      await execa("rm", ["-rf", root]); // what an agent left if we failed may be beyond node
    },
  };
}

/** A task for an attack; it is passed only by one that works, unless other criteria are given. */
export function anAttack(
  attack: string,
  host: object,
  criteria: readonly object[] = [{ type: "text", equals: "got it" }],
  name = attack,
): Files {
  const prompt = JSON.stringify({ attack, host });
  const task = { name, description: attack, category: "attack", prompt, criteria };
  return { [`data/tasks/${name}/task.json`]: JSON.stringify(task) };
}

export const hostileConfig = {
  ...agentConfig,
  protect: ["agent.mjs"],
  agent: { use: "command", command: ["node", "agent.mjs"], timeoutSeconds: 30 },
  evaluate: { concurrency: 1 },
};

/** A repository whose agent attacks, with an idea that waits to be judged. */
export async function aHostileRepository(
  tasks: (folder: string) => Files,
  { config = hostileConfig, env = {} }: { config?: object; env?: Readonly<Record<string, string>> } = {},
): Promise<TestRepository> {
  const repository = await aRepository({
    ".kira-improve.json": JSON.stringify(config),
    "AGENTS.md": "Be kind.\n",
    "skills/lessons.md": "# Lessons\n",
    "settings.json": "{}\n",
    "agent.mjs": readFileSync(new URL("hostile-agent.mjs", import.meta.url), "utf8"),
  });
  await repository.commit(tasks(repository.folder), "the task bank");
  await aGoodIdea(repository);
  for (const args of [["init"], ["propose", "--from", "good-idea"]]) {
    const { status, stderr } = await kira({ folder: repository.folder, env }, ...args);
    if (status !== 0) throw new Error(stderr);
  }
  return repository;
}

export const judge = (
  { folder }: Pick<TestRepository, "folder">,
  env: Readonly<Record<string, string>> = {},
  ...more: string[]
): Promise<Said> => kira({ folder, env }, "evaluate", "--proposal-id", "1", "--json", ...more);

/** The mean score of each task over all its trials, of whichever arm. */
export function scoresIn({ stdout, stderr }: Said): Record<string, number> {
  if (stdout === "") throw new Error(stderr);
  const { evaluation } = JSON.parse(stdout) as { evaluation: Evaluation };
  return Object.fromEntries(
    evaluation.tasks.map(({ task, ledger, baseline, candidate, guard }) => {
      const all = [...ledger, ...baseline, ...candidate, ...guard.baseline, ...guard.candidate];
      return [task, mean(all)];
    }),
  );
}

/** All of the machine that an evaluation leaves as it was; of the repository, all that is not our own record. */
export async function everythingOn(
  { home, env }: Pick<Host, "home" | "env">,
  { folder, git }: TestRepository,
): Promise<object> {
  const { refs, head, files } = await stateOf(folder);
  const ours =
    /^\.git\/(kira|worktrees|packed-refs|FETCH_HEAD|refs\/(kira|notes|heads\/kira)|refs\/(heads|tags)$|refs$)/;
  return {
    head,
    refs: refs.split("\n").filter((line) => !/^refs\/(kira|notes\/kira|heads\/kira)\//.test(line)),
    files: Object.fromEntries(Object.entries(files).filter(([path]) => !ours.test(path))),
    home: (await stateOf(home)).files,
    index: await git("ls-files", "--stage"),
    status: await git("status", "--porcelain"),
    config: await git("config", "--local", "--list"),
    worktrees: await git("worktree", "list", "--porcelain"),
    // Everything of ours lies below TMPDIR, so that others may work on this machine meanwhile.
    scratch: await readdir(env["TMPDIR"]!),
    mounts: readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes("kira")),
  };
}
