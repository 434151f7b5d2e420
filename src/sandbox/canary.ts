import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KiraError } from "../domain/errors.ts";
import { oneLine } from "../domain/printable.ts";
import type { Finished, Sandbox } from "./contract.ts";

/** Tries everything that a contained program must not be able to do, and prints what it got hold of. */
const mischief = `
const { openSync, readFileSync, readdirSync, symlinkSync, writeFileSync } = require("node:fs");
const [secret, outside, port] = process.argv.slice(1);
const attempt = (act) => { try { return String(act()); } catch { return ""; } };
attempt(() => writeFileSync(outside, "escaped"));
attempt(() => { symlinkSync(outside, "link"); writeFileSync("link", "escaped"); });
const kernel = attempt(() => openSync("/proc/sys/kernel/core_pattern", "r+"));
const pids = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name));
const environments = pids.map((pid) => attempt(() => readFileSync("/proc/" + pid + "/environ")));
const variables = environments.flatMap((text) => text.split("\\0")).map((line) => line.split("=")[0]);
const stolen = attempt(() => readFileSync(secret));
const report = (connected) => { console.log(JSON.stringify({ stolen, variables, kernel, connected })); process.exit(); };
require("node:net").connect(Number(port), "127.0.0.1", () => report(true)).on("error", () => report(false));
`;

interface Report {
  readonly stolen: string;
  readonly variables: readonly string[];
  /** The descriptor of a setting of the kernel, opened for writing but left alone; empty if that failed. */
  readonly kernel: string;
  readonly connected: boolean;
}

/**
 * Lets a program try to write outside, to read a secret, to connect, and to see our environment.
 * @throws KiraError `unavailable` if it cannot run, or if anything succeeds
 */
export async function prove(sandbox: Sandbox): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), "kira-canary-"));
  const listener = createServer().listen(0, "127.0.0.1");
  try {
    await once(listener, "listening");
    const escapes = await provoke(sandbox, place, listener);
    if (escapes.length === 0) return;
    const what = `The sandbox ${sandbox.name} does not hold here: a program inside it could ${escapes.join(" and ")}`;
    throw new KiraError(
      "unavailable",
      `${what}. Repair it, or pass --allow-unsandboxed to run trials all the same.`,
    );
  } finally {
    listener.close();
    await rm(place, { recursive: true, force: true });
  }
}

async function provoke(sandbox: Sandbox, place: string, listener: Server): Promise<string[]> {
  const [directory, secret, outside] = [join(place, "trial"), join(place, "secret"), join(place, "outside")];
  const word = randomUUID();
  await mkdir(directory);
  await writeFile(secret, word);
  const { port } = listener.address() as AddressInfo;
  const finished = await sandbox.run({
    command: [process.execPath, "-e", mischief, secret, outside, String(port)],
    directory,
    environment: {},
    stdin: "",
    timeoutMs: 60_000,
    outputBytes: 1_000_000,
    mounts: [],
    network: "none",
  });
  const { stolen, variables, kernel, connected } = reportOf(finished);
  return [
    ...((await readFile(outside, "utf8").catch(() => "")) === "" ? [] : ["write outside its folder"]),
    ...(stolen === word ? ["read a file outside its folder"] : []),
    ...(kernel === "" ? [] : ["change the kernel's settings"]),
    ...(connected ? ["connect to this machine"] : []),
    ...(variables.some((name) => Object.hasOwn(process.env, name)) ? ["read our environment"] : []),
  ];
}

function reportOf({ exitCode, stdout, stderr }: Finished): Report {
  if (exitCode === 0) return JSON.parse(stdout) as Report;
  const reason = oneLine(stderr, 300) || `it ended with ${exitCode}`;
  throw new KiraError(
    "unavailable",
    `The sandbox cannot run a program here: ${reason}. Check that unprivileged user namespaces are allowed, or add --allow-unsandboxed.`,
  );
}
