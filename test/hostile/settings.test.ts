import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { Evaluation } from "../../src/domain/evaluation.ts";
import { kira, kiraJson, type Said } from "../support/kira.ts";
import {
  agentConfig,
  aGoodIdea,
  anAgentRepository,
  aTask,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import {
  aHost,
  aHostileRepository,
  anAttack,
  everythingOn,
  hostileConfig,
  judge,
  missing,
} from "./support.ts";

const errorOf = ({ stderr }: Said) =>
  JSON.parse(stderr.trim().split("\n").at(-1)!).error as { code: string; message: string };

test.skipIf(missing).each<[what: string, asks: (home: string) => object, advice: string]>([
  ["the host's network", () => ({ evaluate: { network: "host" } }), "git config kira.allowNetwork host"],
  [
    "a mount of the home directory",
    (home) => ({ agent: { ...hostileConfig.agent, mounts: [home] } }),
    "git config --add kira.allowMount",
  ],
])(
  "a cloned configuration that asks for %s gets it only by an approval in the clone",
  async (_, asks, advice) => {
    await using host = await aHost();
    const config = { ...hostileConfig, ...asks(host.home) };
    const tasks = (folder: string) => anAttack("keys", { ...host.known, repository: folder });
    await using origin = await aHostileRepository(tasks, { config, env: host.env });
    for (const [key, value] of [
      ["allowNetwork", "host"],
      ["allowMount", host.home],
      ["acceptUnsandboxed", "true"],
    ])
      await origin.git("config", `kira.${key}`, value!);

    const folder = await mkdtemp(join(host.home, "../tmp/clone-"));
    await execa("git", ["clone", "--quiet", origin.folder, folder]);
    const git = async (...args: string[]) => (await execa("git", args, { cwd: folder })).stdout;
    for (const setting of ["user.name", "user.email"]) await git("config", setting, "clone@example.invalid");
    const clone = { folder, env: host.env };
    await kira(clone, "init");
    await kiraJson(clone, "propose", "--from", "origin/good-idea");
    const before = await everythingOn(host, { ...origin, folder, git });
    const said = await judge({ folder }, host.env);
    expect(said).toMatchObject({ status: 5, stdout: "" });
    expect(errorOf(said)).toMatchObject({ code: "refused", message: expect.stringContaining(advice) });
    expect(await everythingOn(host, { ...origin, folder, git })).toEqual(before);
    expect(host.connections()).toBe(0);
  },
);

test("a configuration cannot switch the sandbox off at all", async () => {
  await using repository = await anAgentRepository();
  await repository.commit({
    ".kira-improve.json": JSON.stringify({ ...agentConfig, evaluate: { sandbox: "none" } }),
  });
  const said = await kira(repository, "status");
  expect(said).toMatchObject({ status: 2, stdout: "" });
  expect(said.stderr).toContain("sandbox");
});

test.skipIf(process.platform !== "linux")(
  "without bubblewrap nothing runs, and the user is told the command to type",
  async () => {
    await using host = await aHost();
    await using repository = await aHostileRepository(
      (folder) => anAttack("write-outside", { ...host.known, repository: folder }),
      host,
    );
    for (const name of ["git", "node", "apt-get"])
      await execa("ln", ["-s", `/usr/bin/${name}`, join(host.home, name)]);
    const before = await everythingOn(host, repository);
    const said = await judge(repository, { ...host.env, PATH: host.home });
    expect(said).toMatchObject({ status: 7, stdout: "" });
    expect(errorOf(said).message).toMatch(
      /bubblewrap is not installed.*`(sudo )?apt-get install bubblewrap`.*--allow-unsandboxed/,
    );
    expect(await everythingOn(host, repository)).toEqual(before);
  },
);

/** A repository whose shell agent and tasks are these, with a proposal that waits. */
async function withAgent(agent: string, files: Files = {}): Promise<TestRepository> {
  const repository = await anAgentRepository({ "agent.sh": agent, ...files });
  await aGoodIdea(repository);
  await kiraJson({ folder: repository.folder }, "propose", "--from", "good-idea");
  return repository;
}

const judgeOnce = ({ folder }: TestRepository, ...more: string[]) =>
  kira({ folder }, "evaluate", "--proposal-id", "1", "--json", ...more);

test.skipIf(missing).each<[what: string, criterion: object, reason: RegExp]>([
  ["hangs", { run: ["sleep", "600"], timeoutSeconds: 0.3 }, /did not end within 0\.3 seconds/],
  ["crashes", { run: ["sh", "-c", "kill -SEGV $$"] }, /was killed/],
  ["gives a score that is none", { run: ["echo", "7"] }, /gave the score 7/],
  ["is not there", { run: ["no-such-grader"] }, /no-such-grader/],
  [
    "names a program that its shell does not find",
    { run: ["sh", "-c", "no-such-grader"] },
    /could not be started/,
  ],
])("a grader that %s gives no verdict, and the agent no bad name", async (_, criterion, reason) => {
  await using repository = await withAgent(
    "echo yes",
    aTask("apple", { criteria: [{ type: "command", ...criterion }] }),
  );
  const said = await judgeOnce(repository, "--claim", "fix", "--fixes", "knows-apple");
  expect(said).toMatchObject({ status: 7, stdout: "" });
  expect(errorOf(said).message).toMatch(reason);
  const shown = await kiraJson<{ evaluations: unknown[] }>(
    { folder: repository.folder },
    "proposals",
    "--show",
    "1",
  );
  expect(shown.evaluations).toEqual([]);
});

/** Knows eight words; with the good idea it ends so on the two hard ones. */
const dodging = (end: string) => `prompt=$(cat); hard=no
case $prompt in *ice|*jam) hard=yes;; esac
if [ $hard = yes ] && grep -q figs skills/lessons.md; then ${end}; fi
if [ $hard = yes ]; then echo no; else echo yes; fi
`;

test.skipIf(missing)(
  "an agent that crashes on hard tasks only has failed them: they still count",
  async () => {
    await using repository = await withAgent(dodging("kill -KILL $$"));
    const { stdout } = await judgeOnce(repository);
    const { evaluation } = JSON.parse(stdout) as { evaluation: Evaluation };
    expect(evaluation).toMatchObject({ baselineScore: 0.8, modifiedScore: 0.8 });
    expect(evaluation.verdict).not.toBe("improved");
    expect(evaluation.errors).toEqual({ baseline: 0, candidate: 0 });
    for (const { candidate } of evaluation.tasks) expect(candidate).toHaveLength(1);
  },
);

test.skipIf(missing)("an agent that blames the machine on hard tasks only gets no verdict", async () => {
  await using repository = await withAgent(dodging("exit 75"));
  const said = await judgeOnce(repository);
  expect(said.status).toBe(7);
  expect(errorOf(said).message).toMatch(
    /There is no verdict: 0 of \d+ baseline and [24] of 1[02] candidate trials/,
  );
});
