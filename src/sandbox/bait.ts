import { spawn } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { killGroup, runningLike } from "./processes.ts";

/** What lies about on the host for a program to get at, and nothing that is worth anything. */
export interface Bait extends AsyncDisposable {
  /** Stands in everything that a program must not be able to read. */
  readonly word: string;
  /** The program's own folder. */
  readonly directory: string;
  /** Where everything lies, as variables for the program. */
  readonly places: Readonly<Record<string, string>>;
  readonly outside: string;
  /** A process of the same user, with the word in its environment. */
  readonly victim: number;
  /** Arguments of `sleep` that no other process has: whoever sleeps so long outlived the program. */
  readonly survivor: string;
}

/** Lays out a key, a grader, a task, a repository, listeners, a process, and a variable of our own. */
export async function layBait(): Promise<Bait> {
  const word = randomUUID();
  const root = await mkdtemp(join(tmpdir(), "kira-doctor-"));
  const [directory, outside, repository] = ["trial", "outside", "repository"].map((name) => join(root, name));
  const secrets = { KEY: "home/.ssh/id_ed25519", GRADER: "graders/grader.sh", TASK: "data/tasks/task.json" };
  await using laid = new AsyncDisposableStack();
  process.env["KIRA_BAIT"] = word;
  laid.defer(() => void delete process.env["KIRA_BAIT"]);
  laid.defer(() => rm(root, { recursive: true, force: true }));
  await mkdir(directory!);
  for (const path of Object.values(secrets)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), word);
  }
  await writeFile(outside!, "untouched");
  await makeRepository(repository!, word);

  const name = `\0${root}`; // abstract: it belongs to the network, not to a folder
  const servers = [];
  for (const address of [{ port: 0, host: "127.0.0.1" }, { path: join(root, "socket") }, { path: name }]) {
    const server = createServer((socket) => socket.on("error", () => undefined).end(word)).listen(address);
    laid.defer(() => void server.close());
    await once(server, "listening");
    servers.push(server);
  }
  const udp = createSocket("udp4").bind(0, "127.0.0.1");
  udp.on("message", (_, { port, address }) => udp.send(word, port, address));
  laid.defer(() => void udp.close());
  await once(udp, "listening");

  const survivor = `${randomInt(100_000, 999_999)}.${randomInt(100_000, 999_999)}`;
  const victim = spawn("sleep", ["3600"], { env: { BAIT: word }, detached: true, stdio: "ignore" });
  laid.defer(() => killGroup(victim.pid));
  laid.defer(() => runningLike(survivor).forEach((pid) => process.kill(pid, "SIGKILL")));
  await once(victim, "spawn");

  const rest = laid.move();
  return {
    word,
    directory: directory!,
    outside: outside!,
    survivor,
    victim: victim.pid!,
    places: {
      ...Object.fromEntries(Object.entries(secrets).map(([key, path]) => [key, join(root, path)])),
      OUTSIDE: outside!,
      REPOSITORY: repository!,
      TCP: String((servers[0]!.address() as AddressInfo).port),
      UDP: String(udp.address().port),
      SOCKET: join(root, "socket"),
      ABSTRACT: name.slice(1),
      VICTIM: String(victim.pid),
      SURVIVOR: survivor,
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** A repository with a branch that has the answer. */
async function makeRepository(folder: string, word: string): Promise<void> {
  const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const git = (args: string[], input = "") => execa("git", args, { env, extendEnv: false, input });
  const commit = "commit refs/heads/answers\ncommitter Kira <kira@example.invalid> 0 +0000\ndata 0\n";
  await git(["init", "--quiet", folder]);
  const file = `M 100644 inline answer\ndata ${word.length}\n${word}\n`;
  await git(["-C", folder, "fast-import", "--quiet"], commit + file);
}
