import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { killed, type Moment } from "../support/killed.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, idea, shown } from "./support.ts";

const onJudgement = (id: number) => [
  "merge",
  "--proposal-id",
  String(id),
  "--on-judgement",
  "--reason",
  "a test",
];

/** What the next command says by itself about what it mended. */
const notices = async ({ folder }: TestRepository) =>
  (await kira({ folder }, "archive", "--list")).stderr.trim();

async function mergedOnce(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  await idea(repository, { "skills/a.md": "a\n" }, "first");
  await kiraJson({ folder: repository.folder }, ...onJudgement(1));
  return repository;
}

describe("a merge that is killed", () => {
  test("before production moves is taken back, and can be done again", async () => {
    await using repository = await anAgentRepository();
    await idea(repository, { "skills/a.md": "a\n" }, "first");
    const head = await repository.git("rev-parse", "main");
    await killed(repository, ["before", "merge --ff-only"], ...onJudgement(1));
    expect(await notices(repository)).toBe(
      "A merge that was interrupted before production moved was taken back; run it again.",
    );
    expect(await notices(repository)).toBe("");
    expect(await repository.git("rev-parse", "main")).toBe(head);
    await kiraJson({ folder: repository.folder }, ...onJudgement(1));
    expect(await shown(repository, 1)).toMatchObject({ status: "merged" });
  });

  test.each<[string, Moment]>([
    ["the moment production has moved", ["after", "merge --ff-only"]],
    ["before its tag is there", ["before", "tag --file=-"]],
    ["before its tag is there, and the user has gone on working", ["after", "merge --ff-only"]],
  ])("%s is completed by the next command", async (what, moment) => {
    await using repository = await anAgentRepository();
    const { commit } = await idea(repository, { "skills/a.md": "a\n" }, "first");
    await killed(repository, moment, ...onJudgement(1));
    expect(await repository.git("tag", "--list", "kira/archive/0001")).toBe("");
    if (what.endsWith("working")) await repository.commit({ "AGENTS.md": "Be kind.\n" });
    await notices(repository);
    expect(await repository.git("rev-parse", "kira/archive/0001^{commit}")).toBe(commit);
    expect(await shown(repository, 1)).toMatchObject({ status: "merged" });
    expect(await repository.git("status", "--porcelain")).toBe("");
    type Archive = { archive: { id: number; proposalId: number | null }[] };
    const { archive } = await kiraJson<Archive>({ folder: repository.folder }, "archive", "--list");
    expect(archive.map(({ id, proposalId }) => [id, proposalId])).toEqual([
      [0, null],
      [1, 1],
    ]);
  });

  test("by what it says, was completed", async () => {
    await using repository = await anAgentRepository();
    await idea(repository, { "skills/a.md": "a\n" }, "first");
    await killed(repository, ["after", "merge --ff-only"], ...onJudgement(1));
    expect(await notices(repository)).toBe(
      "A merge that was interrupted after production had moved was completed.",
    );
  });
});

test("git killed when the files are new and the branch is not: the merge can be done again", async () => {
  await using repository = await anAgentRepository();
  const { commit } = await idea(repository, { "skills/a.md": "a\n", "AGENTS.md": "Be kind.\n" }, "first");
  await killed(repository, ["before", "merge --ff-only"], ...onJudgement(1));
  await repository.git("read-tree", "-m", "-u", "HEAD", commit);
  expect(await notices(repository)).toContain("taken back");
  await kiraJson({ folder: repository.folder }, ...onJudgement(1));
  expect(await repository.git("status", "--porcelain")).toBe("");
});

test("a proposal that is killed before its branch is there gets number and branch from the next command", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  await killed(repository, ["before", "update-ref --stdin"], "propose", "--from", "good-idea");
  expect(await repository.git("for-each-ref", "refs/kira/ids", "refs/heads/kira")).toBe("");
  await notices(repository);
  const { branch, commit } = await shown(repository, 1);
  expect(await repository.git("rev-parse", branch, "refs/kira/ids/1")).toBe(`${commit}\n${commit}`);
});

test.each<[string, Moment, string[]]>([
  ["a person", ["before", "update-ref --stdin"], ["reject", "--proposal-id", "1", "--reason", "no"]],
  [
    "a verdict",
    ["before", "update-ref --stdin"],
    ["evaluate", "--proposal-id", "1", "--runs", "2", "--allow-unsandboxed"],
  ],
])(
  "a rejection by %s that is killed is completed: its branch goes, its commit stays",
  async (_, moment, args) => {
    await using repository = await anAgentRepository();
    const { branch, commit } = await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
    await killed(repository, moment, ...args);
    await notices(repository);
    const { rejectionReason, ...state } = await shown(repository, 1);
    expect(state).toMatchObject({ status: "rejected" });
    expect(await repository.git("notes", "--ref=kira/rejections", "show", commit)).toContain(
      JSON.stringify(rejectionReason),
    );
    expect(await repository.git("branch", "--list", branch)).toBe("");
    expect(await repository.git("rev-parse", "refs/kira/rejected/1")).toBe(commit);
  },
);

test("an evaluation that is killed keeps its trials, leaves no working tree that hinders, and goes on", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  const { commit } = await adopted(repository, "good-idea");
  await killed(
    repository,
    ["before", "worktree remove"],
    "evaluate",
    "--proposal-id",
    "1",
    "--runs",
    "1",
    "--allow-unsandboxed",
  );
  const { evaluation } = await evaluated(repository, 1);
  expect(evaluation).toMatchObject({ verdict: "improved", trials: 24 });
  expect(await repository.git("notes", "--ref=kira/evaluations", "show", commit)).toContain('"improved"');
});

describe("a rollback that is killed", () => {
  test.each<[string, Moment, string[], string]>([
    ["before production moves back", ["before", "-B main"], [], "1"],
    ["after production has moved back", ["after", "-B main"], [], "0"],
    ["before the restoring commit is there", ["before", "merge --ff-only"], ["--restore"], "1"],
    ["after the restoring commit is there", ["after", "merge --ff-only"], ["--restore"], "2"],
  ])("%s, leaves an archive that says where production stands", async (_, moment, more, node) => {
    await using repository = await mergedOnce();
    await killed(repository, moment, "archive", "--rollback", "0", ...more);
    expect(await notices(repository)).toMatch(/^A rollback that was interrupted (before|after) production/);
    const { current } = await kiraJson<{ current: number }>(
      { folder: repository.folder },
      "archive",
      "--list",
    );
    expect(String(current)).toBe(node);
    expect(await repository.git("describe", "--match", "kira/archive/*", "main")).toBe(
      `kira/archive/000${node}`,
    );
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  test("when the restoring commit is there is completed although the user has gone on working", async () => {
    await using repository = await mergedOnce();
    await killed(repository, ["after", "merge --ff-only"], "archive", "--rollback", "0", "--restore");
    await repository.commit({ "notes.txt": "mine\n" }, "mine");
    expect(await notices(repository)).toContain("after production had moved was completed");
    expect(await repository.git("rev-parse", "kira/archive/0002^{commit}")).toBe(
      await repository.git("rev-parse", "main~"),
    );
  });
});
