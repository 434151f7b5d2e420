import { existsSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { removeAll } from "../../src/git/remove.ts";
import type { Confined } from "../../src/sandbox/contract.ts";

export interface Place extends AsyncDisposable {
  readonly directory: string;
  program(script: string, changes?: Partial<Confined>): Confined;
}

/** A trial's folder inside a folder of its own, so that there is an outside to escape to. */
export async function aPlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), "kira-sandbox-"));
  const directory = join(root, "trial");
  await mkdir(directory);
  const program = (script: string, changes: Partial<Confined> = {}): Confined => ({
    command: ["/bin/sh", "-c", script],
    directory,
    environment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    stdin: "",
    timeoutMs: 60_000,
    outputBytes: 10_000,
    mounts: [],
    network: "none",
    ...changes,
  });
  const dispose = async () => removeAll(root);
  return { directory, program, [Symbol.asyncDispose]: dispose };
}

/** A door behind which somebody says which path was asked for. */
export async function aDoor(): Promise<AsyncDisposable & { readonly changes: Partial<Confined> }> {
  const root = await mkdtemp(join(tmpdir(), "kira-door-"));
  const socket = join(root, "model");
  const server = createServer(({ url }, response) => response.end(url)).listen(socket);
  await once(server, "listening");
  const door = { name: "model", socket, port: 11400, variable: "MODEL_URL", path: "/v1" };
  return {
    changes: { network: "llm", gateway: { doors: [door] } },
    async [Symbol.asyncDispose]() {
      server.close();
      removeAll(root);
    },
  };
}

/** A number of seconds that no other process on this machine sleeps for. */
export const uniqueSleep = () => `sleep ${randomInt(100_000, 999_999)}.${randomInt(100_000, 999_999)}`;

/** Processes with this command line; a zombie has none any more. */
export async function running(command: string): Promise<string[]> {
  const { stdout } = await execa("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.trim() === command);
}

export async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await sleep(10);
}
