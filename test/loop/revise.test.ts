import { expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import {
  adopted,
  evaluated,
  everythingSettledIn,
  idea,
  journalOf,
  refusal,
  shown,
  type ShownEvaluation,
} from "./support.ts";

/** Proposal 1 was found to be better, and then production moved by a commit of the user's. */
async function overtaken(): Promise<TestRepository> {
  const repository = await anAgentRepository();
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1);
  await repository.commit({ "AGENTS.md": "You know apple, bread and cheese. Be kind.\n" });
  return repository;
}

const revise = (id: number, ...more: string[]) => ["propose", "--revise", String(id), ...more];
type Revised = { proposal: { id: number; uuid: string; revises: string; branch: string; commit: string } };

test("the same change on production as it is now is a proposal of its own, and says whose place it takes", async () => {
  await using repository = await overtaken();
  const { git, folder } = repository;
  const old = await shown(repository, 1);
  const { proposal } = await kiraJson<Revised>({ folder }, ...revise(1));
  expect(proposal).toMatchObject({ id: 2, parent: await git("rev-parse", "main"), revises: old.uuid });
  expect(proposal).toMatchObject({ status: "draft", costUsd: 0, hypothesis: "feat: know more food" });
  expect(await git("diff", "--name-only", "main", proposal.commit)).toBe("skills/lessons.md");
  expect(await git("show", `${proposal.commit}:AGENTS.md`)).toContain("Be kind");
  expect(
    await git("log", "-1", "--format=%(trailers:key=Kira-Revises,valueonly)", proposal.branch),
  ).toContain(old.uuid);
  // The old one keeps its commit, its evidence and its number; its branch makes room.
  const reason = "Revised as proposal 2, because production had moved.";
  expect(await shown(repository, 1)).toMatchObject({ status: "rejected", rejectionReason: reason });
  expect(await git("branch", "--list", old.branch)).toBe("");
  expect(await git("rev-parse", "refs/kira/rejected/1")).toBe(old.commit);
  type Shown = { evaluations: object[]; revisions: number[] };
  const show = (id: number) => kiraJson<Shown>({ folder }, "proposals", "--show", String(id));
  expect([await show(1), await show(2)]).toMatchObject([
    { revisions: [1, 2], evaluations: [{ verdict: "improved" }] },
    { revisions: [1, 2], evaluations: [] },
  ]);
  expect((await kira({ folder }, "proposals", "--show", "2")).stdout).toContain("proposals 1 → 2");

  expect(await refusal(repository, ...revise(1))).toMatch(/^4 Proposal 1 was revised as proposal 2 already/);
  expect(await refusal(repository, ...revise(2))).toMatch(/^4 Proposal 2 stands on production already/);
  expect(await refusal(repository, "merge", "--proposal-id", "1")).toMatch(
    /^5 Proposal 1 is rejected: Revised/,
  );
  expect(await refusal(repository, "merge", "--proposal-id", "2")).toMatch(
    /^5 Proposal 2 has not been evaluated/,
  );
  await kira({ folder }, "reindex");
  expect([await show(1), await show(2)]).toMatchObject([{ revisions: [1, 2] }, { revisions: [1, 2] }]);
});

test("evaluate makes the revision by itself, judges it anew under a higher bound, and it can be merged", async () => {
  await using repository = await overtaken();
  const { folder } = repository;
  const before = (await journalOf(repository)).length;
  const args = ["evaluate", "--proposal-id", "1", "--allow-unsandboxed", "--json"];
  const { stdout, stderr, status } = await kira({ folder }, ...args);
  expect(stderr).toContain(
    "Production has moved since proposal 1 was made: the same change is proposal 2 now.",
  );
  const { evaluation } = JSON.parse(stdout) as { evaluation: ShownEvaluation };
  expect({ status, evaluation }).toMatchObject({
    status: 0,
    evaluation: { proposalId: 2, verdict: "improved", restarts: 1 },
  });
  expect(evaluation.trials).toBeGreaterThan(0);
  expect((await journalOf(repository)).slice(before)).toContain('"kind":"trial"');

  const again = await kira({ folder }, ...args);
  expect(again.stderr).toContain("Proposal 1 was revised as proposal 2, which is judged here.");
  expect(JSON.parse(again.stdout)).toEqual({ evaluation });
  await kiraJson({ folder }, "merge", "--proposal-id", "2");
  expect(await repository.git("show", "main:skills/lessons.md")).toContain("jam");
});

test("each look at the same change counts, by whatever name it comes back", async () => {
  await using repository = await overtaken();
  const { git, commit } = repository;
  const restarts = async (id: number) => (await evaluated(repository, id)).evaluation?.restarts;
  expect(await restarts(1)).toBe(1);
  await commit({ "AGENTS.md": "You know apple, bread and cheese. Be kind and brief.\n" });
  expect(await restarts(2)).toBe(2);
  // A person brings the same lines once more, as a branch.
  await commit({ "AGENTS.md": "You know apple, bread and cheese. Be brief.\n" });
  await git("switch", "--quiet", "--create", "once-more");
  await commit({
    "skills/lessons.md": await git("show", "good-idea:skills/lessons.md").then((s) => `${s}\n`),
  });
  await git("switch", "--quiet", "main");
  const { id } = await adopted(repository, "once-more");
  expect(await restarts(id)).toBe(3);
});

test("a change that was refused is refused wherever production has gone", async () => {
  await using repository = await anAgentRepository();
  await idea(repository, { "skills/a.md": "a\n" }, "idea");
  await kiraJson({ folder: repository.folder }, "reject", "--proposal-id", "1", "--reason", "too long");
  await repository.commit({ "AGENTS.md": "Be kind.\n" });
  const before = await everythingSettledIn(repository);
  for (const args of [revise(1), ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"]])
    expect(await refusal(repository, ...args)).toMatch(
      /^5 Proposal 1 is rejected: too long Propose a new one/,
    );
  expect(await everythingSettledIn(repository)).toEqual(before);
});

test.each([
  [
    "lines that production changed, too",
    { "skills/lessons.md": "# Other lessons\n" },
    /^4 Proposal 1 no longer fits: skills\/lessons\.md changed on production, too\. .*git rebase/,
  ],
  [
    "all that production has by now",
    { "skills/lessons.md": "# Lessons\n\n- food: figs\n" },
    /^4 Production holds all that proposal 1 changes.*reject --proposal-id 1/,
  ],
])("a change of %s is not revised, and nothing is made", async (_, files, said) => {
  await using repository = await anAgentRepository();
  await idea(repository, { "skills/lessons.md": "# Lessons\n\n- food: figs\n" }, "idea");
  await repository.commit(files);
  const before = await everythingSettledIn(repository);
  for (const args of [revise(1), ["evaluate", "--proposal-id", "1", "--allow-unsandboxed"]])
    expect(await refusal(repository, ...args)).toMatch(said);
  expect(await everythingSettledIn(repository)).toEqual(before);
});

test("what would be made can be seen before, and what it would take says how to make it", async () => {
  await using repository = await overtaken();
  const before = await everythingSettledIn(repository);
  const { stdout } = await kira({ folder: repository.folder }, ...revise(1, "--dry-run"));
  expect(stdout).toContain("+- food: dates");
  expect(
    await refusal(repository, "evaluate", "--proposal-id", "1", "--plan", "--allow-unsandboxed"),
  ).toMatch(/^4 Production has moved since proposal 1.*propose --revise 1/);
  expect(await refusal(repository, ...revise(1, "--from", "good-idea"))).toMatch(
    /^2 --revise takes a change/,
  );
  expect(await everythingSettledIn(repository)).toEqual(before);
});
