import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { bubblewrap } from "../../src/sandbox/bubblewrap.ts";
import { prove } from "../../src/sandbox/canary.ts";
import { findBubblewrap } from "../../src/sandbox/install.ts";
import { none } from "../../src/sandbox/none.ts";
import { programsOn } from "../../src/sandbox/search.ts";
import { aPlace } from "./place.ts";

const host = { searchPath: process.env["PATH"] ?? "", repository: process.cwd() };
const missing = process.platform !== "linux" || programsOn(host.searchPath, "bwrap").length === 0;

/** A folder with empty programs of these names. */
async function aFolderWith(...names: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "kira-path-"));
  for (const name of names) {
    await writeFile(join(folder, name), "#!/bin/sh\n");
    await chmod(join(folder, name), 0o755);
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test.skipIf(missing)("the sandbox proves itself before the first trial", async () => {
  await expect(bubblewrap(host).check()).resolves.toBeUndefined();
});

test("a sandbox that contains nothing is found out", async () => {
  const pretended = { ...none(), name: "pretended" };
  await expect(prove(pretended)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(/write outside its folder.*read a file outside.*connect to this machine/),
  });
});

test.each([
  ["apt-get", "apt-get install bubblewrap"],
  ["dnf", "dnf install bubblewrap"],
  ["pacman", "pacman -S bubblewrap"],
  ["apk", "apk add bubblewrap"],
])("where bubblewrap is missing, the user of %s is told the command to type", async (installer, command) => {
  await using path = await aFolderWith(installer);
  const sandbox = bubblewrap({ searchPath: path.folder, repository: "/nowhere" });
  if (process.platform !== "linux") return;
  await expect(sandbox.check()).rejects.toMatchObject({ code: "unavailable" });
  await expect(sandbox.check()).rejects.toThrow(command);
  await expect(sandbox.check()).rejects.toThrow("--allow-unsandboxed");
});

test("a user of macOS is told that bubblewrap does not exist there", () => {
  expect(() => findBubblewrap(host, "darwin")).toThrow("Linux only");
});

test("a bwrap that a proposal put into the repository is never run", async () => {
  await using repository = await aFolderWith("bwrap");
  await using trusted = await aFolderWith("bwrap");
  await using linked = await aFolderWith();
  await symlink(join(repository.folder, "bwrap"), join(linked.folder, "bwrap"));
  const searchPath = ["", ".", repository.folder, linked.folder, trusted.folder].join(":");
  const found = findBubblewrap({ searchPath, repository: repository.folder }, "linux");
  expect(found).toBe(join(trusted.folder, "bwrap"));
});

test.skipIf(missing)("a program reaches this machine only with network host", async () => {
  await using place = await aPlace();
  const listener = createServer((socket) => socket.end("reached")).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const script = `require("net").connect(${port}, "127.0.0.1").on("error", () => {}).pipe(process.stdout)`;
  const command = [process.execPath, "-e", script];
  const sandbox = bubblewrap(host);
  expect((await sandbox.run(place.program("", { command, network: "none" }))).stdout).toBe("");
  expect((await sandbox.run(place.program("", { command, network: "host" }))).stdout).toBe("reached");
  listener.close();
});

test.skipIf(missing)("a program can serve itself on localhost", async () => {
  await using place = await aPlace();
  const script = `
    const net = require("net");
    const server = net.createServer((socket) => socket.end("served")).listen(0, "localhost", () =>
      net.connect(server.address().port, "localhost").on("end", () => server.close()).pipe(process.stdout));`;
  const { stdout } = await bubblewrap(host).run(
    place.program("", { command: [process.execPath, "-e", script] }),
  );
  expect(stdout).toBe("served");
});

test.skipIf(missing)("a program cannot fill the memory with scratch files or leave a giant one", async () => {
  await using place = await aPlace();
  const script = `
    head -c 400000000 /dev/zero > /tmp/big; stat -c %s /tmp/big
    rm -f /tmp/big; head -c 400000000 /dev/zero > /dev/shm/big; stat -c %s /dev/shm/big
    rm -f /dev/shm/big; head -c 400000000 /dev/zero > big; stat -c %s big`;
  const { stdout } = await bubblewrap(host).run(place.program(script));
  const sizes = stdout.trim().split("\n").map(Number);
  expect(sizes).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024 * 1024);
});

test.skipIf(missing)("the folder's name is replaced only where it is meant", async () => {
  await using place = await aPlace();
  const environment = { PATH: "/usr/bin:/bin", A: `${place.directory}-2/x`, B: `x:${place.directory}:y` };
  const { stdout } = await bubblewrap(host).run(place.program("", { command: ["env"], environment }));
  expect(stdout).toContain(`A=${place.directory}-2/x\n`);
  expect(stdout).toContain("B=x:/trial:y\n");
});

test.skipIf(missing)("a program that is installed but not shown is reported with what to do", async () => {
  await using place = await aPlace();
  await using tools = await aFolderWith("tool");
  const environment = { PATH: `${tools.folder}:/usr/bin` };
  const program = place.program("", { command: ["tool"], environment });
  await expect(bubblewrap(host).run(program)).rejects.toThrow("agent.mounts");
  const shown = { ...program, mounts: [tools.folder] };
  expect((await bubblewrap(host).run(shown)).exitCode).toBe(0);
});

test.skipIf(missing)("a trial's folder below another mount stays writable", async () => {
  await using place = await aPlace();
  await mkdir(join(place.directory, "sub"));
  const mounts = [join(place.directory, "..")];
  const { exitCode } = await bubblewrap(host).run(place.program("touch sub/file", { mounts }));
  expect(exitCode).toBe(0);
});

test.skipIf(missing)("a user with tight limits of their own can still run trials", async () => {
  const source = JSON.stringify(join(process.cwd(), "src/sandbox/index.ts"));
  const script = `
    const { sandboxes } = await import(${source});
    await sandboxes.bubblewrap({ searchPath: process.env.PATH, repository: "/nowhere" }).check();`;
  const node = [process.execPath, "--input-type=module", "-e", script];
  const { exitCode } = await execa("prlimit", ["--nofile=900", "--fsize=1000000", "--", ...node], {
    reject: false,
  });
  expect(exitCode).toBe(0);
});
