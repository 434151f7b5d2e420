import { expect, test } from "vitest";
import { statusOfError } from "../../src/commands/command.ts";
import { KiraError } from "../../src/domain/errors.ts";
import { kira } from "../support/kira.ts";
import { aGoodIdea, agentConfig, anAgentRepository } from "../support/repository.ts";

const three = "You know apple, bread and cheese.\n";
const seven = "You know apple, bread, cheese, dates, eggs, figs and grapes.\n";
const eight = "You know apple, bread, cheese, dates, eggs, figs, grapes and honey.\n";
const all = `${eight}And ice, and jam.\n`;

test.each<[verdict: string, status: number, from: string, to: string]>([
  ["improved", 0, three, all],
  ["not-improved", 5, three, `Really. ${three}`],
  ["regression", 5, eight, "You know nothing.\n"],
  ["inconclusive", 6, three, seven],
])(
  "the verdict %s ends evaluate with %i, and again when it is asked again",
  async (verdict, status, from, to) => {
    await using repository = await anAgentRepository({ "AGENTS.md": from });
    const here = { folder: repository.folder };
    await repository.git("switch", "--quiet", "--create", "idea");
    await repository.commit({ "AGENTS.md": to });
    await repository.git("switch", "--quiet", "main");
    await kira(here, "propose", "--from", "idea");
    for (const _ of ["first", "again"]) {
      const said = await kira(here, "evaluate", "--proposal-id", "1", "--allow-unsandboxed", "--json");
      expect(said.status).toBe(status);
      expect(JSON.parse(said.stdout).evaluation).toMatchObject({ verdict, passed: status === 0 });
    }
    const merge = await kira(here, "merge", "--proposal-id", "1");
    expect(merge.status, merge.stderr).toBe(status === 0 ? 0 : 5);
    expect(merge.stdout === "").toBe(status !== 0);
  },
);

test("a proposer without an idea ends propose with 6 and makes nothing", async () => {
  const config = { ...agentConfig, propose: { lessons: agentConfig.propose.lessons } };
  await using repository = await anAgentRepository({ ".kira-improve.json": JSON.stringify(config) });
  const here = { folder: repository.folder };
  await kira(here, "log", "--task", "find figs", "--outcome", "failure", "--category", "food");
  await kira(here, "analyze", "--min-failures", "1");
  expect(await kira(here, "propose")).toMatchObject({ status: 6, stdout: "" });
  expect((await kira(here, "proposals")).stdout).toContain("No proposals.");
});

test("a model that cannot be reached ends propose with 7", async () => {
  await using repository = await anAgentRepository();
  const here = { folder: repository.folder };
  await kira(here, "log", "--task", "find figs", "--outcome", "failure", "--category", "food");
  await kira(here, "analyze", "--min-failures", "1");
  expect(await kira(here, "propose", "--model", "nobody:nothing")).toMatchObject({ status: 7, stdout: "" });
});

test("production that has moved on is a conflict, with the way out", async () => {
  await using repository = await anAgentRepository();
  const here = { folder: repository.folder };
  await aGoodIdea(repository);
  await kira(here, "propose", "--from", "good-idea");
  await repository.commit({ "AGENTS.md": "You know apple.\n" });
  const said = await kira(here, "merge", "--proposal-id", "1");
  expect(said).toMatchObject({ status: 4, stdout: "" });
  expect(said.stderr).toContain("production as it is now: kira-improve propose --revise 1.");
});

test("what is part of the record ends undo with 5, and a remote that cannot be reached ends sync with 7", async () => {
  await using repository = await anAgentRepository();
  const here = { folder: repository.folder };
  const undo = await kira(here, "undo");
  expect(undo).toMatchObject({ status: 5, stdout: "" });
  expect(undo.stderr).toContain("The first node is what everything grows from. There is no earlier one.");
  await repository.git("remote", "add", "origin", `${repository.folder}/nowhere.git`);
  expect(await kira(here, "sync")).toMatchObject({ status: 7, stdout: "" });
  expect(await kira(here, "backup", "a.bundle")).toMatchObject({ status: 0, stderr: "" });
  expect(await kira(here, "backup", "a.bundle")).toMatchObject({ status: 4, stdout: "" });
});

test("what nobody expected is a bug, and never passes for a refusal", () => {
  expect(statusOfError(new TypeError("x is not a function"))).toBe(1);
  expect(statusOfError("thrown without an error")).toBe(1);
  expect(statusOfError(new KiraError("refused", "No."))).toBe(5);
});
