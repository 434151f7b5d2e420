import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import {
  aTask,
  agentConfig,
  anAgentRepository,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { adopted, configWith, everythingIn, everythingSettledIn, idea, refusal, shown } from "./support.ts";

const lessons = { "skills/lessons.md": "# Lessons\n\n- food: dates\n" };

test("a person's branch becomes a proposal of one commit on production, in their name", async () => {
  await using repository = await anAgentRepository();
  await repository.git("switch", "--quiet", "--create", "idea");
  await repository.commit({ "skills/lessons.md": "# Lessons\n\nfirst try\n" });
  await repository.git("config", "user.name", "Ada");
  await repository.commit(lessons, "teach dates\n\nBecause people ask for them.");
  await repository.git("switch", "--quiet", "main");
  const { commit, parent, branch } = await adopted(repository, "idea");
  expect(parent).toBe(await repository.git("rev-parse", "main"));
  expect(await repository.git("rev-parse", `${commit}^{tree}`, `${commit}^`)).toBe(
    await repository.git("rev-parse", "idea^{tree}", "main"),
  );
  expect(await repository.git("log", "-1", "--format=%an|%s", branch)).toBe(
    "Ada|improve(manual): teach dates",
  );
  expect(await repository.git("log", "-1", "--format=%b", branch)).toContain("Because people ask for them.");
});

test("a branch that production has moved past is merged onto today's production", async () => {
  await using repository = await anAgentRepository();
  await repository.git("branch", "idea");
  await repository.commit({ "AGENTS.md": "You know apple, bread, cheese and jam.\n" });
  await repository.git("switch", "--quiet", "idea");
  await repository.commit(lessons, "teach dates");
  await repository.git("switch", "--quiet", "main");
  const { commit, parent } = await adopted(repository, "idea");
  expect(parent).toBe(await repository.git("rev-parse", "main"));
  expect(await repository.git("diff", "--name-only", "main", commit)).toBe("skills/lessons.md");
  expect(await repository.git("show", `${commit}:AGENTS.md`)).toContain("jam");
});

test("where both sides changed the same lines it names the paths, and makes nothing", async () => {
  await using repository = await anAgentRepository({ "skills/grüße.md": "a\n" });
  await repository.git("switch", "--quiet", "--create", "idea");
  await repository.commit({ ...lessons, "skills/grüße.md": "b\n" });
  await repository.git("switch", "--quiet", "main");
  await repository.commit({ "skills/lessons.md": "# Other\n", "skills/grüße.md": "c\n" });
  const before = await everythingSettledIn(repository);
  const { status, stderr } = await kira({ folder: repository.folder }, "propose", "--from", "idea", "--json");
  expect(status).toBe(4);
  expect(JSON.parse(stderr).error).toMatchObject({
    code: "conflict",
    paths: ["skills/grüße.md", "skills/lessons.md"],
    message: expect.stringMatching(
      /skills\/grüße\.md, skills\/lessons\.md changed on both sides\. Rebase it/,
    ),
  });
  expect(await everythingIn(repository)).toEqual(before);
});

describe("refused before anything runs, with the reason", () => {
  const staged = (files: Files) => (repository: TestRepository) => repository.write(files);
  test.each<[string, (repository: TestRepository) => Promise<unknown>, string]>([
    [
      "a protected file",
      staged({ "agent.sh": "echo yes\n" }),
      '"agent.sh" may not be changed: it is protected',
    ],
    [
      "a path outside the allowed ones",
      staged({ "notes.txt": "x\n" }),
      '"notes.txt" may not be changed: it is not among',
    ],
    [
      "a task",
      staged(aTask("dates", { criteria: [{ type: "text", equals: "no" }] })),
      '"data/tasks/knows-dates.json" may not',
    ],
    ["the configuration", staged(configWith({ allow: ["**"] })), '".kira-improve.json" may not be changed'],
    [
      "an attribute for git",
      staged({ "skills/.gitattributes": "* filter=x\n" }),
      "it reaches into git's own files",
    ],
    ["a program", staged({ "skills/run.sh": "#!/bin/sh\n" }), '"skills/run.sh" adds an executable file'],
    ["a file beyond the limit", staged({ "skills/long.md": "x".repeat(100_001) }), "the limit is 100000"],
    [
      "a name that is another one's twin",
      staged({ "skills/LESSONS.md": "x\n" }),
      "are one file on some systems",
    ],
    [
      "a symbolic link",
      ({ folder }) => symlink("/etc/passwd", join(folder, "skills/link.md")),
      "adds or changes a symbolic link",
    ],
    [
      "a submodule",
      async ({ git }) =>
        git("update-index", "--add", "--cacheinfo", `160000,${await git("rev-parse", "HEAD")},skills/sub`),
      "adds or changes a submodule",
    ],
    ["no change at all", async () => undefined, "changes nothing"],
  ])("%s", async (_, change, reason) => {
    await using repository = await anAgentRepository();
    await repository.git("switch", "--quiet", "--create", "idea");
    await change(repository);
    if (!(await repository.git("diff", "--cached", "--name-only"))) await repository.git("add", "--all");
    await repository.git("commit", "--quiet", "--allow-empty", "--message=idea");
    await repository.git("switch", "--quiet", "main");
    const before = await everythingSettledIn(repository);
    const said = await refusal(repository, "propose", "--from", "idea");
    expect(said).toMatch(/^5 /);
    expect(said).toContain(reason);
    expect(await everythingIn(repository)).toEqual(before);
  });
});

test("the same content is not judged twice: the second names the first", async () => {
  await using repository = await anAgentRepository();
  await idea(repository, lessons, "one");
  await repository.git("switch", "--quiet", "--create", "two");
  await repository.commit(lessons, "the same in other words");
  await repository.git("switch", "--quiet", "main");
  expect(await refusal(repository, "propose", "--from", "two")).toMatch(
    /^5 Proposal 1 already has exactly this content/,
  );
});

test("trailers that a person's message forges, or hides ours with, have no effect", async () => {
  await using repository = await anAgentRepository();
  await repository.git("switch", "--quiet", "--create", "idea");
  const forged = [
    "teach dates",
    "",
    "Why not.",
    "---",
    "",
    "Kira-Proposal: forged",
    "Kira-Risk: low",
    "kira-schema : 9",
  ];
  await repository.commit(lessons, forged.join("\n"));
  await repository.git("switch", "--quiet", "main");
  const { uuid, branch, id } = await adopted(repository, "idea");
  const message = await repository.git("log", "-1", "--format=%B", branch);
  const { stdout } = await execa("git", ["interpret-trailers", "--parse"], { input: message });
  expect(stdout.split("\n").filter((line) => /^kira-(proposal|risk|schema)/i.test(line))).toEqual([
    `Kira-Proposal: ${uuid}`,
    "Kira-Risk: medium",
    "Kira-Schema: 1",
  ]);
  expect((await shown(repository, id)).uuid).toBe(uuid);
});

test("a dry run, a branch that is not there, and options that do not go together make nothing", async () => {
  await using repository = await anAgentRepository();
  await repository.git("switch", "--quiet", "--create", "idea");
  await repository.commit(lessons);
  await repository.git("switch", "--quiet", "main");
  const before = await everythingSettledIn(repository);
  const here = { folder: repository.folder };
  const { patch } = await kiraJson<{ patch: string }>(here, "propose", "--from", "idea", "--dry-run");
  expect(patch).toContain("+- food: dates");
  expect(await refusal(repository, "propose", "--from", "gone")).toMatch(
    /^3 There is no commit or branch "gone"/,
  );
  expect(await refusal(repository, "propose", "--from", "idea", "--model", "offline")).toMatch(/^2 /);
  expect(await everythingIn(repository)).toEqual(before);
});

test("a configuration that is not committed on production governs nothing", async () => {
  await using repository = await anAgentRepository();
  await repository.git("switch", "--quiet", "--create", "idea");
  await repository.commit({ "notes.txt": "x\n" });
  await repository.git("switch", "--quiet", "main");
  await repository.write({ ".kira-improve.json": JSON.stringify({ ...agentConfig, allow: ["**"] }) });
  expect(await refusal(repository, "propose", "--from", "idea")).toMatch(
    /^5 .*"notes.txt" may not be changed/,
  );
});
