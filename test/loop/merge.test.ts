import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import {
  aGoodIdea,
  anAgentRepository,
  aSpareFolder,
  aTask,
  type TestRepository,
} from "../support/repository.ts";
import { adopted, configWith, evaluated, everythingSettledIn, idea, refusal, shown } from "./support.ts";

/** A repository with proposal 1, improved in one run, ready to be merged. */
async function validated(files = {}): Promise<TestRepository> {
  const repository = await anAgentRepository(files);
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1);
  return repository;
}
const merge = ["merge", "--proposal-id", "1"];
const onJudgement = [...merge, "--on-judgement", "--reason", "reads better"];

describe("refused, with the reason, and nothing moves", () => {
  test.each<[string, (repository: TestRepository) => Promise<unknown>, RegExp]>([
    [
      "a proposal that was not judged",
      (r) => idea(r, { "skills/a.md": "a\n" }, "draft"),
      /^5 Proposal 2 has not been evaluated\. Run: /,
    ],
    [
      "one whose verdict is not improved",
      async (r) => {
        await idea(r, { "skills/lessons.md": "# Lessons\n- food: dates\n" }, "weak");
        await evaluated(r, 2);
      },
      /^5 The verdict on proposal 2 is inconclusive, and only improved is merged/,
    ],
    [
      "one that a person rejected",
      async (r) => {
        await idea(r, { "skills/a.md": "a\n" }, "draft");
        await kiraJson({ folder: r.folder }, "reject", "--proposal-id", "2", "--reason", "too long");
      },
      /^5 Proposal 2 is rejected: too long/,
    ],
    ["one that is not there", async () => undefined, /^3 There is no proposal 2/],
  ])("%s", async (_, prepare, said) => {
    await using repository = await validated();
    await prepare(repository);
    const before = await everythingSettledIn(repository);
    expect(await refusal(repository, "merge", "--proposal-id", "2")).toMatch(said);
    expect(await everythingSettledIn(repository)).toEqual(before);
  });

  test.each<[string, (repository: TestRepository) => Promise<unknown>, RegExp]>([
    [
      "after production has moved",
      (r) => r.commit({ "AGENTS.md": "Be kind.\n" }),
      /^4 Production has moved.*propose --revise 1/,
    ],
    ["after the task bank has changed", (r) => r.commit(aTask("kale")), /^4 Production has moved/],
    [
      "judged without a sandbox, unless the user accepts that in this clone",
      (r) => r.git("config", "--unset", "kira.acceptUnsandboxed"),
      /^5 The trials of proposal 1 ran without a sandbox.*git config kira\.acceptUnsandboxed true/,
    ],
    ["without a reason where one is needed", async () => undefined, /^2 A merge on judgement needs a reason/],
  ])("an improved one %s", async (what, change, said) => {
    await using repository = await validated();
    await change(repository);
    const before = await everythingSettledIn(repository);
    const more = what.startsWith("without a reason") ? ["--on-judgement", "--reason", " "] : [];
    expect(await refusal(repository, ...merge, ...more)).toMatch(said);
    expect(await everythingSettledIn(repository)).toEqual(before);
  });

  test("what the rules of today forbid, even on judgement", async () => {
    await using repository = await validated();
    await repository.commit(configWith({ allow: ["AGENTS.md"] }), "chore: allow less");
    await repository.git("switch", "--quiet", "--create", "again");
    await repository.commit({ "AGENTS.md": "You know figs.\n" });
    await repository.git("switch", "--quiet", "main");
    const { id } = await adopted(repository, "again");
    await repository.git("reset", "--quiet", "--hard", "main~");
    expect(
      await refusal(repository, "merge", "--proposal-id", String(id), "--on-judgement", "--reason", "x"),
    ).toMatch(/^5 Proposal 2 may not be merged: "\.kira-improve\.json" may not be changed/);
  });
});

test("a merge moves production, its files and nothing else, is archived and logged, and is not counted as work", async () => {
  await using repository = await validated();
  await repository.write({ "settings.json": "mine", "untracked.txt": "mine" });
  const here = { folder: repository.folder };
  const { node, proposal } = await kiraJson<{ node: object; proposal: object }>(here, ...merge);
  expect(node).toMatchObject({ id: 1, tag: "kira/archive/0001", parentId: 0, proposalId: 1, score: 1 });
  expect(proposal).toMatchObject({ status: "merged" });
  expect(await repository.git("status", "--porcelain")).toBe(" M settings.json\n?? untracked.txt");
  expect(await repository.git("show", "HEAD:skills/lessons.md")).toContain("jam");
  const tag = await repository.git("tag", "--list", "--format=%(contents)", "kira/archive/0001");
  expect(tag).toMatch(
    /Kira-Node: 1\nKira-Parent-Node: 0\nKira-Proposal: 1\nKira-Tree: [0-9a-f]{40}\n[^]*Kira-Score: 1\.0000/,
  );
  const { status } = await kiraJson<{ status: object }>(here, "status");
  expect(status).toMatchObject({ total: { success: 0, failure: 0 }, pending: [], merges: [{ id: 1 }] });
  expect(await refusal(repository, ...merge)).toMatch(/^4 Proposal 1 is merged already/);
});

test("on a person's judgement what is unproven is merged, and recorded as unproven", async () => {
  await using repository = await anAgentRepository();
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  const { node } = await kiraJson<{ node: object }>({ folder: repository.folder }, ...onJudgement);
  expect(node).toMatchObject({
    score: null,
    evaluationId: null,
    description: "style (unproven: reads better)",
  });
  expect(
    await repository.git("tag", "--list", "--format=%(contents:subject)", "kira/archive/0001"),
  ).toContain("unproven");
});

describe("wherever production is checked out", () => {
  test("nowhere: the branch moves, and the files of another branch stay", async () => {
    await using repository = await validated();
    await repository.git("switch", "--quiet", "--create", "other");
    await kiraJson({ folder: repository.folder }, ...merge);
    expect(await repository.git("rev-parse", "main")).toBe(
      await repository.git("rev-parse", "refs/kira/ids/1"),
    );
    expect(await repository.git("rev-parse", "--abbrev-ref", "HEAD")).toBe("other");
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  test("in another worktree: its files move along", async () => {
    await using repository = await validated();
    await using spare = await aSpareFolder();
    await repository.git("switch", "--quiet", "--create", "other");
    await repository.git("worktree", "add", "--quiet", join(spare.folder, "live"), "main");
    await kiraJson({ folder: repository.folder }, ...merge);
    const live = join(spare.folder, "live");
    expect(await readFile(join(live, "skills/lessons.md"), "utf8")).toContain("jam");
    expect((await execa("git", ["status", "--porcelain"], { cwd: live })).stdout).toBe("");
  });

  test("in a worktree whose folder is gone: the branch moves all the same", async () => {
    await using repository = await validated();
    await using spare = await aSpareFolder();
    await repository.git("switch", "--quiet", "--create", "other");
    await repository.git("worktree", "add", "--quiet", join(spare.folder, "live"), "main");
    await rm(join(spare.folder, "live"), { recursive: true });
    await kiraJson({ folder: repository.folder }, ...merge);
    expect(await repository.git("rev-parse", "main")).toBe(
      await repository.git("rev-parse", "refs/kira/ids/1"),
    );
  });

  test("in a worktree below which the user stands", async () => {
    await using repository = await validated();
    await kiraJson({ folder: join(repository.folder, "skills") }, ...merge);
    expect(await repository.git("status", "--porcelain")).toBe("");
  });
});

describe("the user's own work in the way is a conflict that names it, and nothing moves", () => {
  const mine = "# Lessons of my own\n";
  test.each<[string, (repository: TestRepository) => Promise<unknown>]>([
    ["a changed file", (r) => r.write({ "skills/lessons.md": mine })],
    [
      "a staged file",
      async (r) => {
        await r.write({ "skills/lessons.md": mine });
        await r.git("add", "--all");
      },
    ],
    [
      "a changed file, with git set to stash by itself",
      async (r) => {
        await r.write({ "skills/lessons.md": mine });
        await r.git("config", "merge.autoStash", "true");
      },
    ],
  ])("%s", async (_, change) => {
    await using repository = await validated();
    await change(repository);
    const head = await repository.git("rev-parse", "main");
    expect(await refusal(repository, ...merge)).toMatch(
      /^4 The files in .* skills\/lessons\.md are in the way\. Commit or stash/,
    );
    expect(await repository.git("rev-parse", "main")).toBe(head);
    expect(await readFile(join(repository.folder, "skills/lessons.md"), "utf8")).toBe(mine);
    expect(await repository.git("tag", "--list", "kira/archive/0001")).toBe("");
    await repository.git("checkout", "--quiet", "HEAD", "--", ".");
    await kiraJson({ folder: repository.folder }, ...merge);
  });

  test.each([
    ["an untracked file", ""],
    ["an ignored file", "notes.md\n"],
  ])("%s", async (_, ignored) => {
    await using repository = await anAgentRepository({ ".gitignore": `${ignored}\n` });
    await repository.git("switch", "--quiet", "--create", "idea");
    await repository.write({ "skills/notes.md": "theirs\n" });
    await repository.git("add", "--force", "skills/notes.md");
    await repository.git("commit", "--quiet", "--message=idea");
    await repository.git("switch", "--quiet", "main");
    await adopted(repository, "idea");
    await repository.write({ "skills/notes.md": "mine\n" });
    expect(await refusal(repository, ...onJudgement)).toMatch(/^4 .*skills\/notes\.md.* in the way/);
    expect(await readFile(join(repository.folder, "skills/notes.md"), "utf8")).toBe("mine\n");
  });
});

test("merging what grew from other proposals marks those as merged, too", async () => {
  await using repository = await anAgentRepository();
  await idea(repository, { "skills/a.md": "a\n" }, "first");
  await repository.git("switch", "--quiet", "--create", "second", "refs/kira/ids/1");
  await repository.commit({ "skills/b.md": "b\n" });
  await repository.git("switch", "--quiet", "main");
  await adopted(repository, "second", "--parent", "proposal:1");
  await kiraJson(
    { folder: repository.folder },
    "merge",
    "--proposal-id",
    "2",
    "--on-judgement",
    "--reason",
    "both",
  );
  const { proposals } = await kiraJson<{ proposals: { status: string }[] }>(
    { folder: repository.folder },
    "proposals",
  );
  expect(proposals.map(({ status }) => status)).toEqual(["merged", "merged"]);
  expect(await refusal(repository, "reject", "--proposal-id", "1", "--reason", "no")).toMatch(
    /^4 Proposal 1 is merged/,
  );
});

test("a validated proposal is not validated any more when production has moved", async () => {
  await using repository = await validated();
  expect(await shown(repository, 1)).toMatchObject({ status: "validated" });
  await repository.commit({ "AGENTS.md": "Be kind.\n" });
  expect(await shown(repository, 1)).toMatchObject({ status: "testing" });
  const { stdout } = await kira({ folder: repository.folder }, "status");
  expect(stdout).not.toContain("merge --proposal-id 1");
});
