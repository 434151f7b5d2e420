import { expect, test } from "vitest";
import { openaiDialect } from "../support/providers/openai.ts";
import { anUpstream } from "../gateway/upstream.ts";
import { kira, kiraJson } from "../support/kira.ts";
import { start } from "../support/process.ts";
import { aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { anAnswer } from "../support/scripted-model.ts";
import { adopted, everythingIn, failuresAbout, inWorkspace, shown } from "./support.ts";

const edits = [
  {
    kind: "replace",
    path: "skills/lessons.md",
    find: "# Lessons\n",
    replace: "# Lessons\n\n- food: dates\n",
  },
];
const propose = ["propose", "--model", "openai:slow"];

/** A repository that has learnt of failures, and a model that answers when it is let. */
async function aSlowModel() {
  const repository = await anAgentRepository();
  await failuresAbout(repository, "dates");
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await kiraJson({ folder: repository.folder }, "analyze");
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
  const upstream = await anUpstream(async ({ body }, response) => {
    const asked = openaiDialect.parse(JSON.parse(body) as Record<string, unknown>);
    await mayAnswer;
    const spoken = { text: anAnswer({ edits }) };
    response.writeHead(200, { "content-type": openaiDialect.contentType });
    response.end([...openaiDialect.opening(asked, spoken), ...openaiDialect.closing(asked, spoken)].join(""));
  });
  return {
    ...{ repository, answer },
    env: { OPENAI_BASE_URL: `${upstream.url}/v1` },
    isThinking: () => expect.poll(() => upstream.seen.length, { timeout: 20_000 }).toBe(1),
    async [Symbol.asyncDispose]() {
      await upstream[Symbol.asyncDispose]();
      await repository[Symbol.asyncDispose]();
    },
  };
}

const parentOf = async (repository: TestRepository, id: number) => (await shown(repository, id)).parent;

test("while a model thinks other commands write, and the proposal is recorded after them", async () => {
  await using slow = await aSlowModel();
  const { repository, env } = slow;
  const { folder } = repository;
  const thinking = kira({ folder, env }, ...propose);
  await slow.isThinking();
  const other = start(folder, {}, ["reject", "--proposal-id", "1", "--reason", "No."]);
  expect(await other.status).toBe(0);
  slow.answer();
  const { status, stderr } = await thinking;
  expect([status, stderr]).toEqual([0, ""]);
  expect(await shown(repository, 1)).toMatchObject({ status: "rejected", rejectionReason: "No." });
  expect(await shown(repository, 2)).toMatchObject({ status: "draft" });
  expect(await repository.git("fsck", "--no-dangling")).toBe("");
});

test("what was committed on production meanwhile is what the proposal grows from", async () => {
  await using slow = await aSlowModel();
  const { repository, env } = slow;
  const thinking = kira({ folder: repository.folder, env }, ...propose);
  await slow.isThinking();
  await repository.commit({ "AGENTS.md": "You know apple, bread, cheese and rice.\n" });
  slow.answer();
  expect((await thinking).status).toBe(0);
  const production = (await repository.git("rev-parse", "main")).trim();
  expect(await parentOf(repository, 2)).toBe(production);
  const { branch } = await shown(repository, 2);
  expect(await repository.git("diff", "--name-only", "main", branch)).toBe("skills/lessons.md");
});

test("a file that changed on production meanwhile is not written over, and nothing is made", async () => {
  await using slow = await aSlowModel();
  const { repository, env } = slow;
  const here = { folder: repository.folder };
  const thinking = kira({ ...here, env }, ...propose);
  await slow.isThinking();
  await repository.commit({ "skills/lessons.md": "# Lessons\n\nBe brief.\n" });
  await kira(here, "archive", "--list");
  const before = await everythingIn(repository);
  slow.answer();
  const { status, stderr } = await thinking;
  expect([status, stderr]).toEqual([
    4,
    expect.stringMatching(/^Production has moved meanwhile, and skills\/lessons\.md changed on both sides\./),
  ]);
  expect(await everythingIn(repository)).toEqual(before);
});

test("rules that changed on production meanwhile are those that hold", async () => {
  await using slow = await aSlowModel();
  const { repository, env } = slow;
  const thinking = kira({ folder: repository.folder, env }, ...propose);
  await slow.isThinking();
  const config = JSON.parse(await repository.git("show", "main:.kira-improve.json")) as object;
  await repository.commit({ ".kira-improve.json": JSON.stringify({ ...config, allow: ["AGENTS.md"] }) });
  slow.answer();
  const { status, stderr } = await thinking;
  expect([status, stderr]).toEqual([5, expect.stringContaining("not among the allowed paths")]);
});

test("an answer that was paid for waits for another command, however long that takes", async () => {
  await using slow = await aSlowModel();
  const { repository, env } = slow;
  const tool = start(repository.folder, env, propose);
  await slow.isThinking();
  await inWorkspace(repository, async (workspace) => {
    using _lock = workspace.lock("evaluate");
    slow.answer();
    await new Promise((resolve) => setTimeout(resolve, 3_500)); // longer than anyone waits to begin
    expect([tool.runs(), workspace.record.index.proposals.find(2)]).toEqual([true, undefined]);
  });
  expect(await tool.status).toBe(0);
  expect(await shown(repository, 2)).toMatchObject({ status: "draft" });
});
