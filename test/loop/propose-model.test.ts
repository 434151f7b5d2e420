import { expect, test } from "vitest";
import type { KiraError } from "../../src/domain/errors.ts";
import type { Event } from "../../src/domain/event.ts";
import { propose, type Proposed, type ProposeRequest } from "../../src/loop/propose.ts";
import { proposeSeveral } from "../../src/loop/propose/propose-several.ts";
import { restoreRefs } from "../../src/loop/record/restore-refs.ts";
import { modelProposer } from "../../src/proposers/model.ts";
import { openWorkspace, type Workspace } from "../../src/workspace.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { aTask, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { anAnswer, type Line, scriptedModel } from "../support/scripted-model.ts";
import { adopted, evaluated, everythingIn, everythingSettledIn, failuresAbout, refusal } from "./support.ts";

const secret = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789";
const teach = (word: string) =>
  anAnswer({
    description: `Teaches ${word}.`,
    hypothesis: `If ${word} are named, then they are known, because nothing names them.`,
    edits: [
      {
        kind: "replace",
        path: "skills/lessons.md",
        find: "# Lessons\n",
        replace: `# Lessons\n\n- food: ${word}\n`,
      },
    ],
  });

async function learning() {
  const repository = await anAgentRepository();
  await failuresAbout(repository, "dates");
  await kiraJson({ folder: repository.folder }, "analyze");
  return repository;
}

/** Lends a workspace whose model is scripted: the real ones come over HTTP. */
async function withModel<T>(
  { folder }: TestRepository,
  lines: readonly Line[],
  work: (workspace: Workspace, events: Event[]) => Promise<T>,
) {
  const events: Event[] = [];
  const model = scriptedModel(lines, "ollama:scripted");
  const report = (event: Event) => void events.push(event);
  using opened = await openWorkspace({ folder, environment: process.env, report });
  opened.record.catchUp();
  const workspace = { ...opened, report, proposer: () => modelProposer(model.name, async () => model) };
  return { value: await work(workspace, events), model, events };
}

const proposeWith = (repository: TestRepository, lines: readonly Line[], request: ProposeRequest = {}) =>
  withModel(repository, lines, (workspace) => propose(workspace, request).catch((error: KiraError) => error));

test("a model's idea becomes a proposal that says which model, what it cost, and keeps what was said", async () => {
  await using repository = await learning();
  const { events } = await proposeWith(repository, [
    anAnswer(),
    `<think>hm</think>${teach("dates")} ${secret}`,
  ]);
  const here = { folder: repository.folder };
  const body = await repository.git("log", "-1", "--format=%B", "refs/kira/ids/1");
  expect(body).toMatch(/^improve\(food.*\): If dates are named/);
  for (const trailer of [
    "Kira-Model: ollama:scripted",
    "Kira-Cost: 0.0200",
    "Kira-Prompt: propose-1",
    "Kira-Tokens: 2000 in, 400 out, 2 answers",
    "Kira-Seconds: 3.0",
    "Kira-Risk: low",
  ])
    expect(body).toContain(trailer);
  expect(events).toContainEqual(expect.objectContaining({ kind: "thinking", model: "ollama:scripted" }));
  expect(events.filter(({ kind }) => kind === "step")).toHaveLength(1);

  await repository.git("gc", "--quiet", "--prune=now");
  const { stdout } = await kira(here, "proposals", "--show", "1", "--raw");
  for (const words of [
    "# System",
    "You improve the configuration",
    "# Not used: ",
    "<think>hm</think>",
    "# Answer 2",
  ])
    expect(stdout).toContain(words);
  expect(stdout).not.toContain(secret);
  expect(await repository.git("cat-file", "-p", "refs/kira/exchanges/1")).not.toContain(secret);
  expect((await kira(here, "proposals", "--show", "1")).stdout).toMatch(
    /2 answers, 2400 tokens, 3\.0 s, \$0\.0200/,
  );

  await kiraJson(here, "reindex");
  expect((await kira(here, "proposals", "--show", "1", "--raw")).stdout).toBe(stdout);
});

test("without a model there is no exchange to show, and that is said", async () => {
  await using repository = await learning();
  await kiraJson({ folder: repository.folder }, "propose");
  expect(await refusal(repository, "proposals", "--show", "1", "--raw")).toMatch(/^3 .*comes from offline/);
  expect(await refusal(repository, "proposals", "--raw")).toMatch(/^2 .*--raw goes with --show/);
});

test("what would be sent can be read, exactly, and nothing is asked or made", async () => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  const here = { folder: repository.folder };
  const { status, stdout } = await kira(here, "propose", "--model", "ollama:qwen3:14b", "--show-prompt");
  expect(status).toBe(0);
  const { prompt } = await kiraJson<{ prompt: { system: string; user: string } }>(
    ...([here, "propose", "--model", "ollama:qwen3:14b", "--show-prompt"] as const),
  );
  expect(stdout).toContain(prompt.system);
  expect(stdout).toContain(prompt.user);
  expect(stdout).toContain("Do you know dates number");
  expect(await everythingIn(repository)).toEqual(before);
  const { model } = await proposeWith(repository, [teach("dates")], { dryRun: true });
  expect(model.requests[0]!.turns).toEqual([{ role: "user", content: prompt.user }]);
  expect(await everythingIn(repository)).toEqual(before);
  expect(await refusal(repository, "propose", "--show-prompt")).toMatch(
    /^2 .*offline proposer asks no model/,
  );
});

test("a model that is not there ends the command with a reason, and nothing is made", async () => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  expect(await refusal(repository, "propose", "--model", "ollama:none")).toMatch(
    /^7 No Ollama server answers at .* Start one with: ollama serve/,
  );
  expect(await everythingIn(repository)).toEqual(before);
});

test.each<[string, Line]>([
  ["refuses", "I'm sorry, but I can't help with that."],
  ["answers nonsense", "{}"],
  ["is cut off", { text: teach("dates").slice(0, 50), stop: "length" }],
  [
    "edits its exam",
    anAnswer({ edits: [{ kind: "write", path: "data/tasks/knows-dates.json", content: "{}" }] }),
  ],
  ["edits the agent", anAnswer({ edits: [{ kind: "write", path: "agent.sh", content: "echo yes" }] })],
  ["breaks a file", anAnswer({ edits: [{ kind: "write", path: "settings.json", content: "{" }] })],
  ["takes a folder's place", anAnswer({ edits: [{ kind: "write", path: "skills", content: "x" }] })],
])("a model that %s leaves nothing behind", async (_, line) => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  const { value } = await proposeWith(repository, [line]);
  expect(value).toMatchObject({ code: "refused" });
  expect(await everythingIn(repository)).toEqual(before);
});

test("Ctrl-C while a model answers leaves nothing half made", async () => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  for (const at of [1, 5]) {
    const stopping = new AbortController();
    let pieces = 0;
    const { value } = await withModel(repository, [teach("dates")], (workspace) => {
      const report = (event: Event) =>
        void (event.kind === "thinking" && ++pieces === at && stopping.abort());
      return propose({ ...workspace, report }, { signal: stopping.signal }).catch(
        (error: KiraError) => error,
      );
    });
    expect(value).toMatchObject({ code: "interrupted" });
  }
  expect(await everythingIn(repository)).toEqual(before);
});

test("the risk of a change is what it does, whatever its author calls it", async () => {
  await using repository = await learning();
  const edits = [{ kind: "replace", path: "settings.json", find: '"tries": 1', replace: '"tries": 3' }];
  const { value } = await proposeWith(repository, [anAnswer({ risk: "low", edits })]);
  expect(value).toMatchObject({ proposal: { risk: "high" } });
});

test("several candidates are for different patterns first, and each is told what the others are", async () => {
  await using repository = await learning();
  const line = (outcome: string, i: number) =>
    JSON.stringify({ task: `hotel in Oslo ${i}`, outcome, category: "travel", notes: "wrong hotel" });
  const stdin = Array.from({ length: 4 }, (_, i) => line("failure", i)).join("\n");
  await kiraJson({ folder: repository.folder, stdin }, "log", "--stdin");
  await kiraJson({ folder: repository.folder }, "analyze");
  const lines = ["dates", "eggs", "figs"].map(teach);
  const { value, model } = await withModel(repository, lines, (workspace) =>
    proposeSeveral(workspace, { count: 3 }),
  );
  const patterns = value.made.map(({ proposal }) => proposal!.pattern);
  expect(new Set(patterns.slice(0, 2)).size).toBe(2);
  expect(patterns[2]).toBe(patterns[0]);
  expect(model.requests[2]!.turns[0]!.content).toContain("If eggs are named");
  expect(model.requests[2]!.turns[0]!.content).toContain('"verdict":"untried"');
});

test("a candidate that equals another is not made, and the money for all is kept to", async () => {
  await using repository = await learning();
  const same = await withModel(repository, [teach("dates")], (workspace) =>
    proposeSeveral(workspace, { count: 2 }),
  );
  expect(same.value.made).toHaveLength(1);
  expect(same.value.failed).toMatchObject([{ reason: expect.stringContaining("no untried idea") }]);
  expect(same.model.requests).toHaveLength(4);
  const poor = await withModel(repository, ["eggs", "figs", "grapes"].map(teach), (workspace) =>
    proposeSeveral(workspace, { count: 3, maxCost: 0.015 }),
  );
  expect(poor.value.made).toHaveLength(2);
});

test("a dry run of several makes no proposal and no two that are alike", async () => {
  await using repository = await learning();
  const before = await everythingSettledIn(repository);
  const here = { folder: repository.folder };
  const { proposals } = await kiraJson<{ proposals: { patch: string }[] }>(
    ...([here, "propose", "--count", "2", "--dry-run"] as const),
  );
  expect(new Set(proposals.map(({ patch }) => patch)).size).toBe(proposals.length);
  expect(proposals).toHaveLength(2);
  expect(await everythingIn(repository)).toEqual(before);
});

test("a proposal whose refs a crash has taken gets them again, with what was said", async () => {
  await using repository = await learning();
  await proposeWith(repository, [teach("dates")]);
  const before = await repository.git(
    "for-each-ref",
    "refs/kira/ids",
    "refs/kira/exchanges",
    "refs/heads/kira",
  );
  for (const line of before.split("\n")) await repository.git("update-ref", "-d", line.split("\t")[1]!);
  await withModel(repository, [], (workspace) => restoreRefs(workspace));
  expect(
    await repository.git("for-each-ref", "refs/kira/ids", "refs/kira/exchanges", "refs/heads/kira"),
  ).toBe(before);
});

test("failing tasks of the bank that may be seen are shown, few of them, and then they do not decide", async () => {
  const files = {
    ...aTask("dates", { split: "held-out", prompt: "A hidden question: Do you know dates" }),
    ...aTask("figs", { mustPass: true }),
    ...aTask("jam", {
      criteria: [
        { type: "text", equals: "yes" },
        { type: "text", matches: "^certainly-not-shown|yes" },
      ],
    }),
  };
  await using repository = await anAgentRepository(files);
  await failuresAbout(repository, "dates");
  await kiraJson({ folder: repository.folder }, "analyze");
  await repository.git("switch", "--quiet", "--create", "dull");
  await repository.commit({ "skills/dull.md": "Nothing.\n" });
  await repository.git("switch", "--quiet", "main");
  await adopted(repository, "dull");
  await evaluated(repository, 1);

  const { value, model } = await proposeWith(repository, [
    teach("dates, eggs, figs, grapes, honey, ice, jam"),
  ]);
  const user = model.requests[0]!.turns[0]!.content;
  expect(user).toContain('"answer":"no');
  expect(user).not.toContain("A hidden question");
  expect(user).not.toContain("certainly-not-shown");
  const { seenTasks } = (value as Proposed).proposal!;
  expect(seenTasks).toHaveLength(2);
  for (const name of seenTasks) expect(user).toContain(`"name":"${name}"`);
  for (const name of ["knows-dates", "knows-figs"]) expect(seenTasks).not.toContain(name);
  const { evaluation } = await evaluated(repository, 2);
  expect(evaluation!.statistics.tasks).toBe(8);

  const next = await proposeWith(repository, [teach("nothing")], { dryRun: true });
  const told = next.model.requests[0]!.turns[0]!.content;
  for (const name of seenTasks) expect(told).toContain(`"${name}":"score 0.00 before, 1.00 with it"`);
  expect(told).toContain('"verdict":"improved"');
});
