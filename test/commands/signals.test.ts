import { createServer } from "node:http";
import { once } from "node:events";
import { chmod, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, aSpareFolder, type TestRepository } from "../support/repository.ts";
import { adopted, configWith, failuresAbout, idea, journalOf } from "../loop/support.ts";
import { onJudgement } from "../loop/world/support.ts";
import { aWaitingRepository, expectNothingLeft, startTool, untilStarted } from "./at-work.ts";

const bare = "--allow-unsandboxed";

/** Every command that may take long because of an agent, and what it says when it is stopped. */
const long: [verb: string, args: string[], goOn: RegExp][] = [
  [
    "evaluate",
    ["evaluate", "--proposal-id", "1", bare],
    /Go on with: kira-improve evaluate --proposal-id 1\./,
  ],
  ["run", ["run", "--min-failures", "2", bare], /Go on with: kira-improve evaluate --proposal-id 2\./],
  ["compare", ["compare", "main", "good-idea", bare], /Go on with: kira-improve compare main good-idea\./],
  ["calibrate", ["calibrate", bare], /Go on with: kira-improve calibrate\./],
  ["audit", ["audit", "--against", "0", bare], /Go on with: kira-improve audit --against 0\./],
];

async function prepared(verb: string): Promise<TestRepository> {
  const repository = await aWaitingRepository();
  const here = { folder: repository.folder };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  if (verb === "run") await failuresAbout(repository, "figs");
  if (verb === "audit") await kiraJson(here, ...onJudgement());
  return repository;
}

describe.each(long)("%s is stopped", (verb, args, goOn) => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "by %s: it ends what it started, says how to go on, and nothing is half done",
    async (name) => {
      await using notes = await aSpareFolder();
      await using repository = await prepared(verb);
      await writeFile(join(notes.folder, "hold"), "");
      const production = await repository.git("rev-parse", "main");
      const tool = startTool(repository.folder, args, { NOTES: notes.folder });
      await untilStarted(notes.folder);
      tool.signal(name);
      const { status, signal, stdout, stderr } = await tool.ended;
      expect({ status, signal, stdout }, stderr).toEqual({ status: 130, signal: null, stdout: "" });
      expect(stderr.trim().split("\n").at(-1)).toMatch(goOn);
      await expectNothingLeft(repository, notes.folder);
      expect(await repository.git("rev-parse", "main")).toBe(production);
      expect(await journalOf(repository)).not.toContain('"kind":"evaluation"');
      const { stderr: notices, status: looked } = await kira({ folder: repository.folder }, "status");
      expect({ notices, looked }).toEqual({ notices: "", looked: 0 });
      await rm(join(notes.folder, "hold"));
    },
  );
});

test("propose is stopped while a model thinks: nothing is made, and the model is let go", async () => {
  let asked = 0;
  let dropped = 0;
  const server = createServer((request) => {
    if (request.method !== "POST") return;
    asked++;
    request.socket.once("close", () => dropped++);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using repository = await aWaitingRepository(
    configWith({ propose: { model: "ollama:slow", baseUrls: { ollama: base } } }),
  );
  await repository.git("config", "kira.allowBaseUrl", base);
  await failuresAbout(repository, "figs");
  await kiraJson({ folder: repository.folder }, "analyze", "--min-failures", "2");
  const before = await journalOf(repository);
  const tool = startTool(repository.folder, ["propose"]);
  await expect.poll(() => asked, { timeout: 50_000 }).toBeGreaterThan(0);
  tool.signal("SIGINT");
  const { status, stderr } = await tool.ended;
  expect({ status, stderr }).toEqual({ status: 130, stderr: expect.stringMatching(/again\.\n$/) });
  await expect.poll(() => dropped).toBe(asked);
  expect(await journalOf(repository)).toBe(before);
  expect(await repository.git("for-each-ref", "refs/heads/kira", "refs/kira/ids")).toBe("");
  server.close();
});

/** A folder for PATH with a git that waits before or after a command, as long as there is a file `hold`. */
async function slowGit(folder: string, verb: string): Promise<string> {
  const real = (await execa("sh", ["-c", "command -v git"])).stdout;
  const script = `#!/bin/sh
case " $* " in *" ${verb} "*)
  if [ -e '${folder}/hold' ]; then echo $$ >>'${folder}/started'; while [ -e '${folder}/hold' ]; do sleep 0.02; done; fi
esac
exec '${real}' "$@"
`;
  await writeFile(join(folder, "git"), script);
  await chmod(join(folder, "git"), 0o755);
  await writeFile(join(folder, "hold"), "");
  return `${folder}:${process.env["PATH"]}`;
}

test("Ctrl-C in the middle of a merge reaches no git that moves the branch: it is done whole", async () => {
  await using notes = await aSpareFolder();
  await using repository = await aWaitingRepository();
  const { commit } = await idea(repository, { "skills/a.md": "a\n" }, "idea");
  const PATH = await slowGit(notes.folder, "merge --ff-only");
  const tool = startTool(repository.folder, onJudgement(), { PATH });
  await untilStarted(notes.folder);
  tool.signal("SIGINT");
  await rm(join(notes.folder, "hold"));
  const { status, stderr } = await tool.ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(await repository.git("rev-parse", "main", "kira/archive/0001^{commit}")).toBe(
    `${commit}\n${commit}`,
  );
  expect(await repository.git("status", "--porcelain")).toBe("");
});

test("a second Ctrl-C ends it at once, and the next command puts in order what is left", async () => {
  await using notes = await aSpareFolder();
  await using repository = await prepared("evaluate");
  await using slow = await aSpareFolder();
  const PATH = await slowGit(slow.folder, "worktree remove");
  await writeFile(join(notes.folder, "hold"), "");
  const args = ["evaluate", "--proposal-id", "1", bare];
  const tool = startTool(repository.folder, args, { NOTES: notes.folder, PATH });
  await untilStarted(notes.folder);
  tool.child.kill("SIGINT");
  await untilStarted(slow.folder);
  expect(tool.isRunning()).toBe(true);
  tool.child.kill("SIGINT");
  expect(await tool.ended).toMatchObject({ status: 130, signal: null });
  await rm(join(slow.folder, "hold"));
  expect((await kira({ folder: repository.folder }, "status")).status).toBe(0);
  await expectNothingLeft(repository, notes.folder);
});
