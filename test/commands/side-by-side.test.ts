import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, aSpareFolder } from "../support/repository.ts";
import { adopted, failuresAbout, journalOf } from "../loop/support.ts";
import { aWaitingRepository, startTool, untilStarted } from "./at-work.ts";

test("while an evaluation runs, who looks or logs does not wait, who writes is told whom for, and kill -9 frees it", async () => {
  await using notes = await aSpareFolder();
  await using repository = await aWaitingRepository();
  const { folder } = repository;
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await writeFile(join(notes.folder, "hold"), "");
  const args = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"];
  const tool = startTool(folder, args, { NOTES: notes.folder });
  await untilStarted(notes.folder);
  const scores = ["baseline", "candidate"].map((arm) => JSON.stringify({ arm, task: "a", score: 1 }));
  for (const reading of [
    ["status"],
    ["proposals"],
    ["proposals", "--show", "1"],
    ["archive", "--list"],
    ["archive", "--show", "0"],
    ["tasks"],
    ["log", "--task", "t", "--outcome", "success", "--category", "c"],
    ["analyze"],
  ])
    expect((await kira({ folder }, ...reading)).status, reading.join(" ")).toBe(0);
  const judged = await kira({ folder, stdin: scores.join("\n") }, "verdict", "--stdin");
  expect([0, 5, 6]).toContain(judged.status);
  const reject = ["reject", "--proposal-id", "1", "--reason", "no"];
  expect(await kira({ folder }, ...reject)).toMatchObject({
    status: 4,
    stderr: expect.stringMatching(
      new RegExp(
        `^Another kira-improve is at work: evaluate, process ${tool.child.pid}, since \\d{4}-.*Z\\. Wait until`,
      ),
    ),
  });
  expect(tool.isRunning()).toBe(true);
  tool.child.kill("SIGKILL");
  expect(await tool.ended).toMatchObject({ signal: "SIGKILL" });
  expect((await kira({ folder }, ...reject)).status).toBe(0);
});

test("of writing commands at the same time each waits a moment for the others, and none is lost without a word", async () => {
  await using repository = await anAgentRepository();
  const { folder, git, commit } = repository;
  const names = ["one", "two", "three"];
  for (const name of names) {
    await git("switch", "--quiet", "--create", name, "main");
    await commit({ [`skills/${name}.md`]: `${name}\n` });
  }
  await git("switch", "--quiet", "main");
  const tools = names.map((from) => startTool(folder, ["propose", "--from", from]));
  for (const [i, { ended }] of tools.entries()) {
    const { status, stderr } = await ended;
    if (status === 0) continue;
    expect({ status, stderr }).toEqual({
      status: 4,
      stderr: expect.stringMatching(/^Another kira-improve is at work: /),
    });
    await adopted(repository, names[i]!);
  }
  expect((await git("for-each-ref", "--format=%(refname)", "refs/kira/ids")).split("\n")).toHaveLength(3);
});

test("many at once that look, log and analyze: each does its work, and every outcome is there", async () => {
  await using repository = await anAgentRepository();
  const { folder, git } = repository;
  await failuresAbout(repository, "figs");
  const round = (n: number) => [
    ["log", "--task", `t${n}`, "--outcome", "failure", "--category", "c"],
    ["analyze", "--min-failures", "2"],
    ["archive", "--list"],
    ["status"],
  ];
  const all = await Promise.all(
    [1, 2, 3, 4].flatMap((n) => round(n).map((args) => kira({ folder }, ...args))),
  );
  expect(all.filter(({ status }) => status !== 0)).toEqual([]);
  const journal = await journalOf(repository);
  expect(journal.match(/"kind":"analysis"/g)).toHaveLength(4);
  for (const n of [1, 2, 3, 4]) expect(journal).toContain(`"task":"t${n}"`);
  await kira({ folder }, "analyze");
  const [ref = ""] = (await git("for-each-ref", "--format=%(refname)", "refs/kira/journal")).split("\n");
  const parts = (await git("ls-tree", "-r", "--name-only", ref)).split("\n").sort();
  const kept = await Promise.all(parts.map((path) => git("show", `${ref}:${path}`)));
  expect(`${kept.join("\n")}\n`).toBe(await journalOf(repository));
});
