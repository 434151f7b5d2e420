import { execa } from "execa";
import { expect, test } from "vitest";
import { kira, kiraJson } from "../support/kira.ts";
import { agentConfig, aGoodIdea, anAgentRepository } from "../support/repository.ts";
import {
  configWith,
  everythingIn,
  everythingSettledIn,
  failuresAbout,
  idea,
  refusal,
  type ShownProposal,
} from "./support.ts";

/** A repository in which failures about dates have been analyzed. */
async function learning(knobs: object[] = []) {
  const repository = await anAgentRepository(configWith({ propose: { ...agentConfig.propose, knobs } }));
  await failuresAbout(repository, "dates");
  await kiraJson({ folder: repository.folder }, "analyze");
  return repository;
}

test("a pattern of failures becomes a branch with one commit whose facts git itself can read", async () => {
  await using repository = await learning();
  const here = { folder: repository.folder };
  const { proposal } = await kiraJson<{ proposal: ShownProposal }>(here, "propose");
  expect(proposal).toMatchObject({
    id: 1,
    status: "draft",
    parent: await repository.git("rev-parse", "main"),
  });
  expect(await repository.git("rev-list", "--count", `main..${proposal.branch}`)).toBe("1");
  expect(await repository.git("diff", "--name-only", "main", proposal.branch)).toBe("skills/lessons.md");
  expect(await repository.git("show", `${proposal.branch}:skills/lessons.md`)).toMatch(/food: .*dates/);
  expect(await repository.git("rev-parse", "refs/kira/ids/1")).toBe(proposal.commit);

  const message = await repository.git("log", "-1", "--format=%B", proposal.branch);
  const { stdout } = await execa("git", ["interpret-trailers", "--parse"], { input: message });
  const facts = Object.fromEntries(stdout.split("\n").map((line) => line.split(/: (.*)/).slice(0, 2)));
  expect(facts).toMatchObject({
    "Kira-Proposal": proposal.uuid,
    "Kira-Parent": proposal.parent,
    "Kira-Analysis": "1",
    "Kira-Pattern": expect.stringMatching(/^food/),
    "Kira-Risk": "low",
    "Kira-Model": "offline",
    "Kira-Cost": "0.0000",
    "Kira-Schema": "1",
  });
  expect(message).toMatch(/^improve\(food.*\): \S/);
});

test("a dry run prints a patch that git applies, and makes nothing", async () => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  const { status, stdout } = await kira({ folder: repository.folder }, "propose", "--dry-run");
  expect(status).toBe(0);
  await execa("git", ["apply", "--check", "-"], { cwd: repository.folder, input: `${stdout}\n` });
  const { proposal, patch } = await kiraJson<{ proposal: null; patch: string }>(
    { folder: repository.folder },
    "propose",
    "--dry-run",
  );
  expect([proposal, patch.trimEnd()]).toEqual([null, stdout.trimEnd()]);
  expect(await everythingIn(repository)).toEqual(before);
});

test("an idea is never proposed twice, and when there is none left it says so", async () => {
  await using repository = await learning(agentConfig.propose.knobs);
  const trees = new Set<string>();
  let said = "";
  for (let i = 0; said === "" && i < 20; i++) {
    const { status, stdout, stderr } = await kira({ folder: repository.folder }, "propose", "--json");
    if (status === 0)
      trees.add(await repository.git("rev-parse", `refs/kira/ids/${JSON.parse(stdout).proposal.id}^{tree}`));
    else said = `${status} ${stderr}`;
  }
  expect(trees.size).toBeGreaterThan(1);
  expect(trees.size).toBe((await repository.git("for-each-ref", "refs/kira/ids")).split("\n").length);
  expect(said).toMatch(/^6 .*no untried idea left/);
});

test("a proposal grows from another, or from an archived node", async () => {
  await using repository = await learning(agentConfig.propose.knobs);
  const here = { folder: repository.folder };
  const first = await idea(repository, { "AGENTS.md": "You know apple, bread, cheese and figs.\n" }, "first");
  const grown = await kiraJson<{ proposal: ShownProposal }>(here, "propose", "--parent", "proposal:1");
  expect(grown.proposal.parent).toBe(first.commit);
  expect(await repository.git("show", `${grown.proposal.branch}:AGENTS.md`)).toContain("figs");

  await kiraJson(here, "merge", "--proposal-id", "1", "--on-judgement", "--reason", "a test");
  const older = await kiraJson<{ proposal: ShownProposal }>(
    here,
    "propose",
    "--parent",
    "node:0",
    "--seed",
    "2",
  );
  expect(older.proposal.parent).toBe(await repository.git("rev-parse", "kira/archive/0000^{commit}"));
});

test.each([
  ["an analysis that is not there", ["--analysis-id", "9"], /^3 .*no analysis 9/],
  ["a pattern that is not in it", ["--pattern", "music"], /^3 .*no pattern "music"\. It has: food/],
  ["a parent of no known kind", ["--parent", "main"], /^2 .*node:<number> or proposal:<number>/],
  ["a node that is not there", ["--parent", "node:7"], /^3 .*no node 7|^3 .*7/],
  [
    "a model that cannot be reached",
    ["--model", "oracle"],
    /^7 "oracle" names no proposer. Use one of: offline/,
  ],
])("asked for %s, it says what there is and makes nothing", async (_, args, said) => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  expect(await refusal(repository, "propose", ...args)).toMatch(said);
  expect(await everythingIn(repository)).toEqual(before);
});

test("without an analysis, or with one that found nothing, it says what to do", async () => {
  await using repository = await anAgentRepository();
  expect(await refusal(repository, "propose")).toMatch(/^3 .*kira-improve analyze/);
  await kiraJson({ folder: repository.folder }, "analyze");
  expect(await refusal(repository, "propose")).toMatch(/^3 .*found no pattern/);
});

test("a number that any ref has used is not used again, even if its proposal is unknown here", async () => {
  await using repository = await learning();
  await repository.git("update-ref", "refs/kira/ids/6", "main");
  const { proposal } = await kiraJson<{ proposal: ShownProposal }>({ folder: repository.folder }, "propose");
  expect(proposal.id).toBe(7);
});

test("a branch that stands in the way of proposals is named, with how to rename it", async () => {
  await using repository = await anAgentRepository();
  await aGoodIdea(repository);
  await repository.git("branch", "kira");
  const said = await kira({ folder: repository.folder }, "propose", "--from", "good-idea");
  expect(said).toMatchObject({ status: 4, stderr: expect.stringContaining("git branch -m kira my-kira") });
  await repository.git("branch", "-m", "kira", "my-kira");
  expect((await kira({ folder: repository.folder }, "propose", "--from", "good-idea")).status).toBe(0);
});
