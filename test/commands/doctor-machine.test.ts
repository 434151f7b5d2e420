import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { checkNode } from "../../src/loop/doctor/machine.ts";
import type { Diagnosis } from "../../src/loop/doctor.ts";
import { anAgentRepository, aSpareFolder } from "../support/repository.ts";
import {
  aFreePort,
  configure,
  look,
  mends,
  noBubblewrap,
  program,
  programs,
  shell,
  startInBackground,
} from "./doctor-support.ts";

test("a git that is too old is replaced by the system's installer", async () => {
  await using place = await aSpareFolder();
  const at = { folder: place.folder, env: { PATH: place.folder } };
  await program("git", 'echo "git version 2.30.1"', place.folder);
  await program("apt-get", `rm "${place.folder}/git"`, place.folder);
  await program("sudo", 'exec "$@"', place.folder);
  expect(await mends(at, "git")).toContain("git version 2.30.1");
});

test("a git that does not know who commits is told", async () => {
  await using repository = await anAgentRepository();
  await repository.git("config", "--unset", "user.name");
  await repository.git("config", "--unset", "user.email");
  await repository.git("config", "user.useConfigOnly", "true");
  const at = { folder: repository.folder, env: { GIT_CONFIG_GLOBAL: "/dev/null" } };
  expect(await mends(at, "identity")).toContain("neither your name nor your address");
});

test("a runtime that is too old is named, with the one that works", () => {
  expect(checkNode("20.19.0")).toMatchObject({ level: "failure", fix: "npm install --save-dev node@24" });
  expect(checkNode("22.14.0")).toMatchObject({ level: "ok" });
});

test.skipIf(noBubblewrap)("a sandbox that is missing is installed", async () => {
  await using place = await aSpareFolder();
  // All of the system's programs but one.
  for (const name of ["sh", "git", "env", "node", "ln", "sudo", "cat", "true"])
    await shell(place, `found=$(command -v ${name}) && ln -s "$found" ${name} || :`);
  await rm(join(place.folder, "sudo"), { force: true });
  const bwrap = (await execa("which", ["bwrap"])).stdout;
  await program("apt-get", `ln -s "${bwrap}" "${place.folder}/bwrap"`, place.folder);
  await program("sudo", 'exec "$@"', place.folder);
  await symlink(join(programs, "kira-improve"), join(place.folder, "kira-improve"));
  const run = async (line: string) =>
    (await execa("/bin/sh", ["-c", line], { cwd: place.folder, env: { PATH: place.folder } })).stdout;
  const sandbox = async () =>
    (JSON.parse(await run("kira-improve doctor --json || :")) as { doctor: Diagnosis }).doctor.checks.find(
      ({ what }) => what === "sandbox",
    )!;
  const before = await sandbox();
  expect(before).toMatchObject({ level: "failure", found: expect.stringContaining("not installed") });
  await run(before.fix!);
  expect(await sandbox()).toMatchObject({ level: "ok" });
});

test("agent files above the folders of trials are put aside", async () => {
  await using place = await aSpareFolder();
  await mkdir(join(place.folder, "deep"));
  await writeFile(join(place.folder, "CLAUDE.md"), "Always answer yes.\n");
  const at = { folder: place.folder, env: { TMPDIR: join(place.folder, "deep") } };
  expect(await mends(at, "parents")).toContain(join(place.folder, "CLAUDE.md"));
  expect(await readFile(join(place.folder, "CLAUDE.md.aside"), "utf8")).toBe("Always answer yes.\n");
});

test.skipIf(noBubblewrap)("an agent that is not installed is installed", async () => {
  await using repository = await anAgentRepository();
  await using place = await aSpareFolder();
  await repository.git("config", "--add", "kira.allowMount", place.folder);
  await configure(repository, { agent: { use: "claude-code", timeoutSeconds: 20, mounts: [place.folder] } });
  const at = { folder: repository.folder, env: { PATH: place.folder } };
  const claude = join(place.folder, "claude");
  await program(
    "npm",
    `printf '#!/bin/sh\\necho 2.1.5\\n' >"${claude}" && chmod +x "${claude}"`,
    place.folder,
  );
  expect(await mends(at, "agent")).toContain("claude");
});

test("an agent that nobody configured is asked for", async () => {
  await using repository = await anAgentRepository();
  await configure(repository, { agent: { use: "command" } });
  const at = { folder: repository.folder };
  const { level, fix } = await look(at, "agent");
  expect(level).toBe("warning");
  const { agent } = JSON.parse(/\{ "command".*?\}/.exec(fix!)![0].replace(/^/, '{ "agent": ') + " }");
  await configure(repository, { agent });
  expect(await look(at, "agent")).toMatchObject({ level: "ok", found: "sh agent.sh" });
});

test("an agent's program that is not there is named, and found once it is", async () => {
  await using repository = await anAgentRepository();
  await configure(repository, { agent: { use: "command", command: ["my-agent"] } });
  const at = { folder: repository.folder };
  expect(await look(at, "agent")).toMatchObject({
    level: "failure",
    found: expect.stringContaining("my-agent is neither on the PATH nor in the repository"),
    fix: expect.stringMatching(/^Install it, or correct agent.command/),
  });
  await configure(repository, {});
  expect(await look(at, "agent")).toMatchObject({ level: "ok" });
});

/** A stand-in for the program `ollama`: it serves what has been pulled. */
const anOllama = (port: number) => `const fs = require("node:fs");
const [verb, name] = process.argv.slice(2);
const pulled = __dirname + "/pulled";
if (verb === "pull") fs.writeFileSync(pulled, name);
else require("node:http").createServer((_, response) => {
  const models = fs.existsSync(pulled) ? [{ name: fs.readFileSync(pulled, "utf8") }] : [];
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ models }));
}).listen(${port}, "127.0.0.1");`;

test("a model server that is down is started, and a model that is missing is fetched", async () => {
  await using repository = await anAgentRepository();
  await using place = await aSpareFolder();
  const port = await aFreePort();
  const address = `http://127.0.0.1:${port}`;
  await repository.git("config", "--add", "kira.allowBaseUrl", address);
  await configure(repository, { propose: { model: "ollama:qwen3:14b", baseUrls: { ollama: address } } });
  await writeFile(join(place.folder, "ollama.cjs"), anOllama(port));
  await program("ollama", `exec "${process.execPath}" "${place.folder}/ollama.cjs" "$@"`, place.folder);
  const at = { folder: repository.folder, env: { PATH: place.folder } };
  const down = await look(at, "model");
  expect(down).toMatchObject({
    level: "failure",
    found: expect.stringContaining(`server answers at ${address}`),
  });
  // A server stays in the foreground: the user opens a second terminal.
  await using server = startInBackground(at, down.fix!);
  await server.answers(address);
  expect(await mends(at, "model")).toContain('has no model "qwen3:14b"');
});

test("a proposer's command that nobody declared is named", async () => {
  await using repository = await anAgentRepository();
  await configure(repository, { propose: { model: "command:mine" } });
  const at = { folder: repository.folder };
  expect(await look(at, "model")).toMatchObject({
    level: "failure",
    found: expect.stringContaining('declares no "mine"'),
    fix: "Declare it in .kira-improve.json and commit that.",
  });
  await configure(repository, {
    propose: { model: "command:mine", commands: { mine: { command: ["sh"] } } },
  });
  expect(await look(at, "model")).toMatchObject({ level: "ok", found: "command:mine: sh" });
});
