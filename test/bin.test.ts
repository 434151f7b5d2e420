import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { besidesAnalyses, everythingIn, everythingSettledIn, failuresAbout } from "./loop/support.ts";
import { aModelServer } from "./support/providers/model-server.ts";
import { anAnswer } from "./support/scripted-model.ts";
import { agentConfig, aGoodIdea, anAgentRepository, aRepository } from "./support/repository.ts";

// What is published, built from the sources of now: once with the packages beside it, once alone.
let root: string;
let bin: string;
let alone: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "kira dist "));
  for (const place of ["with packages", "alone"]) {
    await execa("npx", ["rolldown", "--config", "--dir", join(root, place, "dist")]);
    for (const part of ["package.json", "hooks"])
      await cp(part, join(root, place, part), { recursive: true });
  }
  await symlink(resolve("node_modules"), join(root, "with packages/node_modules"));
  bin = join(root, "with packages/dist/bin.js");
  alone = join(root, "alone/dist/bin.js");
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs it as a process of its own, under this runtime or another. */
function run(
  folder: string,
  args: readonly string[],
  { node = process.execPath, file = bin, input = "" } = {},
) {
  return execa(node, [file, ...args], { cwd: folder, reject: false, input });
}

test("--version prints the version and nothing else", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  for (const flag of ["--version", "-v"])
    expect(await run("/", [flag])).toMatchObject({ exitCode: 0, stdout: version, stderr: "" });
});

test("what is bundled sets up a repository, from its own hook to its own index", async () => {
  await using repository = await aRepository();
  const { exitCode, stdout } = await run(repository.folder, ["init"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("kira/archive/0000") });
  const hook = await readFile(join(repository.folder, ".git/hooks/post-commit"), "utf8");
  expect(hook).toBe(await readFile("hooks/post-commit", "utf8"));
});

describe("a reader that leaves early", () => {
  // More than a pipe holds, so that somebody has to be told that nobody reads it.
  const input = "{\n".repeat(20_000);

  test.each([
    ["of stdout", "2>/dev/null | head -c 10"],
    ["of stderr", "2>&1 >/dev/null | head -c 10"],
  ])("%s ends it quietly", async (_, pipe) => {
    await using repository = await aRepository();
    await run(repository.folder, ["init"]);
    const line = `"$0" "$1" log --stdin --skip-invalid --json ${pipe} >&2; echo "status \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execa("bash", ["-c", line, process.execPath, bin], {
      cwd: repository.folder,
      input,
    });
    expect({ stdout, cut: stderr.length }).toEqual({ stdout: "status 0", cut: 10 });
  });
});

test("Ctrl-C during an evaluation ends its children, says how to go on, and what was done is kept", async () => {
  // Tells of every start; from the seventh on it waits for ever, while there is something to wait for.
  const agent = `prompt=$(cat)
n=$(wc -l <"$NOTES/started")
echo $$ >>"$NOTES/started"
if [ -e "$NOTES/hold" ] && [ "$n" -ge 6 ]; then sleep 600; fi
grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md && echo yes || echo no
`;
  const config = { ...agentConfig, agent: { ...agentConfig.agent, timeoutSeconds: 600, env: ["NOTES"] } };
  await using notes = await aRepository({ started: "", hold: "" });
  await using repository = await anAgentRepository({
    "agent.sh": agent,
    ".kira-improve.json": JSON.stringify(config),
  });
  await aGoodIdea(repository);
  const { folder } = repository;
  await run(folder, ["propose", "--from", "good-idea"]);
  const started = async () =>
    (await readFile(join(notes.folder, "started"), "utf8")).split("\n").filter(Boolean);
  const command = [bin, "evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
  const options = { cwd: folder, env: { ...process.env, NOTES: notes.folder } };

  const first = spawn(process.execPath, command, options);
  let said = "";
  first.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  while ((await started()).length < 8) await sleep(20);
  first.kill("SIGINT");
  expect(await once(first, "exit")).toEqual([130, null]);
  const kept = Number(
    /Stopped after (\d+) trials; they are kept\. Go on with: kira-improve evaluate --proposal-id 1\./.exec(
      said,
    )?.[1],
  );
  expect(kept).toBeGreaterThanOrEqual(5);
  const pids = await started();
  for (const pid of pids) expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  expect(await repository.git("worktree", "list", "--porcelain")).not.toContain("kira-trial-");

  await rm(join(notes.folder, "hold"));
  const { exitCode, stdout } = await execa(process.execPath, command, options);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("IMPROVED") });
  expect((await started()).length - pids.length).toBe(94 - kept);
});

test("Ctrl-C while a model thinks ends a run at once, and the next one takes its answer", async () => {
  await using repository = await anAgentRepository();
  await failuresAbout(repository, "dates");
  const { folder } = repository;
  let first: ReturnType<typeof spawn> | undefined;
  const edits = [{ kind: "write", path: "skills/lessons.md", content: "# Lessons\n- Be thorough.\n" }];
  await using server = await aModelServer("ollama", {
    script: () => {
      if (first === undefined || first.killed) return anAnswer({ edits });
      first.kill("SIGINT");
      return { silent: true };
    },
  });
  const options = { cwd: folder, env: { ...process.env, OLLAMA_HOST: server.url } };
  const before = await besidesAnalyses(everythingSettledIn(repository));
  first = spawn(process.execPath, [bin, "run", "--model", "ollama:some-model"], options);
  const said = text(first.stderr!);
  expect(await once(first, "exit")).toEqual([130, null]);
  expect(await said).toBe("Stopped while some-model was answering. Run the command again.\n");
  expect(await besidesAnalyses(everythingIn(repository))).toEqual(before);

  const again = [bin, "propose", "--model", "ollama:some-model"];
  const { exitCode, stdout } = await execa(process.execPath, again, options);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^Proposal 1: /) });
});

const systemNode = "/usr/bin/node";
const { stdout: systemVersion = "" } = await execa(systemNode, ["--version"], { reject: false });
const major = Number(/^v(\d+)/.exec(systemVersion)?.[1]);

describe.skipIf(!(major < 22))("under a node that is too old", () => {
  test("it runs itself with the pinned one: same words, same status", async () => {
    await using repository = await anAgentRepository();
    for (const args of [["--version"], ["status", "--json"], ["lgo"], ["proposals", "--show", "9"]]) {
      const [old, young] = [
        await run(repository.folder, args, { node: systemNode }),
        await run(repository.folder, args),
      ];
      expect([old.exitCode, old.stdout, old.stderr]).toEqual([young.exitCode, young.stdout, young.stderr]);
    }
    const input = '{"task":"t","outcome":"success","category":"c"}';
    const { stdout } = await run(repository.folder, ["log", "--stdin"], { node: systemNode, input });
    expect(stdout).toBe("Recorded 1 outcome.");
  });

  test("and without a pinned one says what it needs, in one sentence, and is unavailable", async () => {
    await using repository = await anAgentRepository();
    const said = await run(repository.folder, ["status"], { node: systemNode, file: alone });
    expect(said).toMatchObject({ exitCode: 7, stdout: "" });
    expect(said.stderr).toMatch(
      /^This is Node \d+\.\d+\.\d+, and kira-improve needs 22\.14 or newer\. Install one[^\n]*$/,
    );
  });
});

test("under a node that is too old it says what to install, and runs once that has been done", async () => {
  await using repository = await anAgentRepository();
  const place = dirname(dirname(alone));
  const old =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })";
  const doctor = () =>
    execa(process.execPath, ["--import", `data:text/javascript,${old}`, alone, "doctor", "--json"], {
      ...{ cwd: repository.folder, reject: false },
    });
  const before = await doctor();
  expect(before).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("This is Node 20.19.0") });
  // A stand-in for npm: it puts the runtime of these tests where the package `node` has its own.
  await writeFile(
    join(place, "npm"),
    `#!/bin/sh\nmkdir -p node_modules/node/bin && ln -s "${process.execPath}" node_modules/node/bin/node\n`,
  );
  await chmod(join(place, "npm"), 0o755);
  const [, line] = /with: (npm install [^\n]+?)\.?\n?$/.exec(before.stderr)!;
  await execa("sh", ["-c", line!], { cwd: place, env: { PATH: `${place}:${process.env["PATH"]}` } });
  for (const name of await readdir("node_modules"))
    if (name !== "node" && !name.startsWith("."))
      await symlink(resolve("node_modules", name), join(place, "node_modules", name));
  const { stdout } = await doctor();
  expect(JSON.parse(stdout).doctor.checks).toContainEqual(
    expect.objectContaining({ what: "node", level: "ok" }),
  );
});
