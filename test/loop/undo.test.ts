import { describe, expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { killed } from "../support/killed.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, evaluated, idea, refusal, shown } from "./support.ts";

interface Undone {
  readonly undo: { readonly operation: { command: string }; readonly by: { uuid: string } | null };
}

const undo = ({ folder }: TestRepository, ...args: string[]) => kiraJson<Undone>({ folder }, "undo", ...args);

const merge = (id: number) => ["merge", "--proposal-id", String(id), "--on-judgement", "--reason", "a test"];

async function withProposal(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  await idea(repository, { "skills/style.md": "Be brief.\n" }, "style");
  return repository;
}

async function withMerge(): Promise<TestRepository> {
  const repository = await withProposal();
  await kiraJson({ folder: repository.folder }, ...merge(1));
  return repository;
}

const refsOf = ({ git }: TestRepository) =>
  git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", "refs/kira/rejected");

describe("undo", () => {
  test("walks back step by step, each step can be done again, and a dry run moves nothing", async () => {
    await using repository = await withProposal();
    const here = { folder: repository.folder };
    const states = [await refsOf(repository)];
    await kiraJson(here, "reject", "--proposal-id", "1", "--reason", "too short");
    states.push(await refsOf(repository));

    const dry = await kira(here, "undo", "--dry-run");
    expect(dry.stdout).toContain("This would take back: reject of proposal 1: too short.");
    expect(await refsOf(repository)).toBe(states[1]);

    expect((await undo(repository)).undo.operation.command).toBe("reject");
    expect(await refsOf(repository)).toBe(states[0]);
    expect(await shown(repository, 1)).toMatchObject({ status: "draft", rejectionReason: null });

    const second = await undo(repository);
    expect(second.undo.operation.command).toBe("propose");
    expect((await kira(here, "status")).stderr).toBe("");
    const { status, branch, commit } = await shown(repository, 1);
    expect(status).toBe("rejected");
    expect(await repository.git("branch", "--list", branch)).toBe("");
    expect(await repository.git("rev-parse", "refs/kira/rejected/1", "refs/kira/ids/1")).toBe(
      `${commit}\n${commit}`,
    );
    expect(await refusal(repository, "undo")).toMatch(/^5 Operation \w{8} \(init of .* cannot be taken back/);

    await undo(repository, "--operation", second.undo.by!.uuid.slice(0, 8));
    expect(await refsOf(repository)).toBe(states[0]);
    expect(await shown(repository, 1)).toMatchObject({ status: "draft", rejectionReason: null });
    expect((await idea(repository, { "skills/a.md": "a\n" }, "next")).id).toBe(2);
    await kiraJson(here, "reindex");
    expect(await shown(repository, 1)).toMatchObject({ status: "draft" });
    expect(await repository.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  test("of a merge brings production and its files back, and does it again", async () => {
    await using repository = await withProposal();
    const before = await repository.git("rev-parse", "main");
    await kiraJson({ folder: repository.folder }, ...merge(1));
    const merged = await repository.git("rev-parse", "main");
    await repository.write({ "notes.txt": "mine\n", "AGENTS.md": "Mine.\n" });
    const { by } = (await undo(repository)).undo;
    expect(await repository.git("rev-parse", "main")).toBe(before);
    expect(await repository.git("status", "--porcelain")).toBe(" M AGENTS.md\n?? notes.txt");
    expect(await shown(repository, 1)).toMatchObject({ status: "draft" });
    expect(await repository.git("for-each-ref", "--contains", merged, "refs/kira/undo")).not.toBe("");
    await undo(repository, "--operation", by!.uuid);
    expect(await repository.git("rev-parse", "main")).toBe(merged);
    expect(await repository.git("status", "--porcelain")).toBe(" M AGENTS.md\n?? notes.txt");
    expect(await shown(repository, 1)).toMatchObject({ status: "merged" });
  });

  test.each<[string, string[]]>([
    ["a reset", []],
    ["a restore", ["--restore"]],
  ])("of a rollback by %s brings production forward or back", async (_, more) => {
    await using repository = await withMerge();
    const merged = await repository.git("rev-parse", "main");
    await kiraJson({ folder: repository.folder }, "archive", "--rollback", "0", ...more);
    expect(await repository.git("rev-parse", "main")).not.toBe(merged);
    await undo(repository);
    expect(await repository.git("rev-parse", "main")).toBe(merged);
    expect(await repository.git("status", "--porcelain")).toBe("");
  });
});

describe("undo is refused, and nothing moves,", () => {
  test("when something has moved since, by its name", async () => {
    await using repository = await withMerge();
    const head = await repository.commit({ "notes.txt": "mine\n" }, "mine");
    expect(await refusal(repository, "undo")).toMatch(
      /^4 .* moved since: refs\/heads\/main is at .* archive --rollback <n>\.$/,
    );
    expect(await repository.git("rev-parse", "main")).toBe(head);
  });

  test("when the merge was pushed: the way out is named", async () => {
    await using repository = await withMerge();
    const head = await repository.git("rev-parse", "main");
    await repository.git("update-ref", "refs/remotes/origin/main", head);
    expect(await refusal(repository, "undo")).toBe(
      "5 Production cannot move back: what it would leave is on origin/main. Bring the earlier state back with a new commit: kira-improve archive --rollback 0 --restore.",
    );
    expect(await repository.git("rev-parse", "main")).toBe(head);
  });

  test("when uncommitted work is in the way", async () => {
    await using repository = await withMerge();
    await repository.write({ "skills/style.md": "Mine.\n" });
    expect(await refusal(repository, "undo")).toMatch(/^4 .*uncommitted changes of skills\/style.md/);
    expect(await repository.git("status", "--porcelain")).toBe(" M skills/style.md");
  });

  test("when the proposal's branch is checked out", async () => {
    await using repository = await withProposal();
    const { branch } = await shown(repository, 1);
    await repository.git("switch", "--quiet", branch);
    expect(await refusal(repository, "undo")).toBe(
      `4 ${branch} is checked out. Switch to another branch, then run the command again.`,
    );
    expect(await shown(repository, 1)).toMatchObject({ status: "draft" });
  });

  test("for a verdict, a proposal that was merged since, and what was taken back already", async () => {
    await using repository = await anAgentRepository();
    await aGoodIdea(repository);
    await adopted(repository, "good-idea");
    await evaluated(repository, 1);
    expect(await refusal(repository, "undo")).toMatch(/^5 .*\(evaluate of proposal 1: improved\).* paid for/);
    await kiraJson({ folder: repository.folder }, "merge", "--proposal-id", "1");
    type Listed = { operations: { uuid: string; command: string }[] };
    const { operations } = await kiraJson<Listed>({ folder: repository.folder }, "operations");
    const of = (command: string) => operations.find((operation) => operation.command === command)!.uuid;
    expect(await refusal(repository, "undo", "--operation", of("propose"))).toMatch(/^4 .*merged since/);
    await undo(repository);
    expect(await refusal(repository, "undo", "--operation", of("merge"))).toMatch(/^4 .*taken back already/);
    expect(await refusal(repository, "undo", "--operation", "zzz")).toMatch(/^3 There is no operation zzz/);
    expect(await shown(repository, 1)).toMatchObject({ status: "validated" });
  });
});

describe("an undo that is killed", () => {
  test("before production moves has done nothing, and can be done again", async () => {
    await using repository = await withMerge();
    const head = await repository.git("rev-parse", "main");
    await killed(repository, ["before", "-B main"], "undo");
    const { stderr } = await kira({ folder: repository.folder }, "status");
    expect(stderr).toContain(
      "An undo that was interrupted before production moved was taken back; run it again.",
    );
    expect(await repository.git("rev-parse", "main")).toBe(head);
    await undo(repository);
    expect(await repository.git("rev-parse", "main")).toBe(await repository.git("rev-parse", `${head}~`));
  });

  test("after production has moved is completed, and asked for again takes nothing more back", async () => {
    await using repository = await withMerge();
    await killed(repository, ["after", "-B main"], "undo");
    expect(await refusal(repository, "undo")).toMatch(/^4 .* was interrupted and is complete now/);
    expect(await shown(repository, 1)).toMatchObject({ status: "draft" });
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  test("before the branch is there gets it from the next command", async () => {
    await using repository = await withProposal();
    const refs = await refsOf(repository);
    await kiraJson({ folder: repository.folder }, "reject", "--proposal-id", "1", "--reason", "no");
    await killed(repository, ["before", "update-ref --stdin"], "undo");
    const { stderr } = await kira({ folder: repository.folder }, "status");
    expect(stderr).toBe("An undo that was interrupted was completed: reject of proposal 1: no.\n");
    expect(await refusal(repository, "undo")).toMatch(/^4 .* was interrupted and is complete now/);
    expect(await refsOf(repository)).toBe(refs);
    expect(await shown(repository, 1)).toMatchObject({ status: "draft", rejectionReason: null });
  });
});
