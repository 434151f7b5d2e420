import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorkspace } from "../../src/workspace.ts";
import {
  aGoodIdea,
  agentConfig,
  anAgentRepository,
  aSpareFolder,
  aTask,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { adopted, configWith, evaluated, journalOf, refusal } from "./support.ts";

const words = ["apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey", "ice", "jam"];
const agent = { ...agentConfig.agent, env: ["KIRA_CALLS"] };

/** An agent that counts its calls, answers, and changes a file, adds one and deletes one. */
const counting: Files = {
  ...configWith({ agent, evaluate: { concurrency: 2 } }),
  "agent.sh": `echo x >>"$KIRA_CALLS"
prompt=$(cat)
if grep -qw "\${prompt##* }" AGENTS.md skills/lessons.md; then answer=yes; else answer=no; fi
rm settings.json
mkdir -p out/deep
echo "$answer" >out/deep/answer.txt
echo done >>AGENTS.md
echo "$answer"
`,
};

/** The same ten tasks, judged by other criteria. */
const judgedBy = (...criteria: object[]): Files =>
  Object.assign({}, ...words.map((word) => aTask(word, { criteria })));

const callsIn = async (file: string) => (await readFile(file, "utf8").catch(() => "")).length / 2;

/** Judges the good idea on a bank, then by another grader, which stands on production by then. */
async function judgedTwice(
  first: Files,
  second: Files,
  between: (repository: TestRepository) => Promise<unknown> = async () => undefined,
) {
  await using repository = await anAgentRepository({ ...counting, ...first });
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const before = await evaluated(repository, 1, { env });
  const calls = await callsIn(env.KIRA_CALLS);
  await repository.commit(second, "fix: another grader");
  await between(repository);
  const { id } = await adopted(repository, "good-idea");
  const after = await evaluated(repository, id, { env });
  const fsck = await repository.git("fsck", "--strict", "--no-dangling");
  const grades = (await journalOf(repository)).match(/"kind":"grade"/g)?.length ?? 0;
  return { before, after, calls, more: (await callsIn(env.KIRA_CALLS)) - calls, fsck, grades };
}

const answerIs = (text: string) => ({ type: "text", equals: text });
const fileIs = (text: string) => ({ type: "file", path: "out/deep/answer.txt", equals: text });

test("a changed grader judges stored answers anew, and gives a fresh verdict without one run of the agent", async () => {
  const { before, after, calls, more } = await judgedTwice(
    judgedBy(answerIs("yes")),
    judgedBy(answerIs("no")),
  );
  expect(before.evaluation).toMatchObject({ verdict: "improved", baselineScore: 0.3, modifiedScore: 1 });
  expect(after.evaluation).toMatchObject({ verdict: "regression", trials: 24, ledgerTrials: 0 });
  expect(after.evaluation).toMatchObject({ baselineScore: 0.7, modifiedScore: 0 });
  expect([calls, more]).toEqual([94, 0]);
});

test.each<[string, object]>([
  ["the agent wrote", fileIs("yes")],
  ["a program reads", { type: "command", run: ["grep", "-qx", "yes", "out/deep/answer.txt"] }],
  [
    "a program finds as the agent left them",
    {
      type: "command",
      run: [
        "sh",
        "-c",
        "test ! -e settings.json && tail -n 1 AGENTS.md | grep -q done && grep -qx yes out/deep/answer.txt",
      ],
    },
  ],
])("stored files that %s are judged anew, whatever git collects meanwhile", async (_, criterion) => {
  const collect = ({ git }: TestRepository) => git("gc", "--quiet", "--prune=now");
  const { after, more, fsck } = await judgedTwice(judgedBy(fileIs("no")), judgedBy(criterion), collect);
  expect(after.evaluation).toMatchObject({ verdict: "improved", baselineScore: 0.3, modifiedScore: 1 });
  expect([more, fsck]).toEqual([0, ""]);
});

test("a long answer is kept whole", async () => {
  const long: Files = {
    "agent.sh": counting["agent.sh"]!.replace(
      /echo "\$answer"\n$/,
      'head -c 50000 /dev/zero | tr "\\\\0" "\\\\1"; echo "$answer"\n',
    ),
  };
  const { after, more } = await judgedTwice(
    { ...long, ...judgedBy({ type: "text", contains: "no" }) },
    judgedBy({ type: "text", matches: "^\\x01{50000}yes$" }),
    ({ git }) => git("gc", "--quiet", "--prune=now"),
  );
  expect(after.evaluation).toMatchObject({ modifiedScore: 1 });
  expect(more).toBe(0);
});

test("what was not kept is run again, once: files that no criterion had asked for", async () => {
  await using repository = await anAgentRepository({ ...counting, ...judgedBy(answerIs("no")) });
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1, { env });
  // With every look at the same change the bound rises: the last one wants 99 trials more than were ever made.
  for (const [text, trials, calls] of [
    ["yes", 24, 188],
    ["no", 120, 188 + 99],
  ] as const) {
    await repository.commit(judgedBy(fileIs(text)), text);
    const { id } = await adopted(repository, "good-idea");
    const { evaluation } = await evaluated(repository, id, { env });
    expect([evaluation!.trials, await callsIn(env.KIRA_CALLS)]).toEqual([trials, calls]);
  }
});

test("a prompt or a fixture that changes is another exam: the agent runs", async () => {
  const asked = Object.assign(
    {},
    ...words.map((word) => aTask(word, { prompt: `Tell me: do you know ${word}` })),
  );
  expect((await judgedTwice({}, asked)).more).toBe(94);
});

test("a grader that crashes costs no run of the agent: what is paid for is kept until it works", async () => {
  await using repository = await anAgentRepository({
    ...counting,
    ...judgedBy({ type: "command", run: ["sh", "-c", "kill -9 $$"] }),
  });
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  const { status, error } = await evaluated(repository, 1, { env });
  expect([status, error!.message]).toEqual([
    7,
    expect.stringMatching(/no verdict: 10 of 10 baseline and 0 of 0 candidate.*grader/),
  ]);
  await repository.commit(judgedBy(fileIs("yes")), "fix: the grader");
  const { id } = await adopted(repository, "good-idea");
  const { evaluation } = await evaluated(repository, id, { env });
  expect(evaluation).toMatchObject({ verdict: "improved", baselineScore: 0.3, modifiedScore: 1 });
  expect(await callsIn(env.KIRA_CALLS)).toBe(94);
});

test("grades found anew are on record: a rebuilt index gives the same verdict, and judges nothing again", async () => {
  await using repository = await anAgentRepository({ ...counting, ...judgedBy(answerIs("yes")) });
  await using spare = await aSpareFolder();
  const env = { KIRA_CALLS: join(spare.folder, "calls") };
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  await evaluated(repository, 1, { env });
  await repository.commit(judgedBy({ type: "text", contains: "e" }), "another grader");
  const { id } = await adopted(repository, "good-idea");
  const { evaluation } = await evaluated(repository, id, { env });
  expect(await refusal(repository, "reindex")).toMatch(/^0/);
  const lines = (await journalOf(repository)).split("\n").length;
  using workspace = await openWorkspace({
    folder: repository.folder,
    environment: process.env,
    report: () => undefined,
  });
  const grades = workspace.record.index.trials;
  const keys = [...(await journalOf(repository)).matchAll(/"kind":"grade","key":"(\w+)"/g)].map(
    ([, key]) => key!,
  );
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.map((key) => grades.findGrade(key)?.score).every((score) => score === 0 || score === 1)).toBe(
    true,
  );
  expect((await evaluated(repository, id, { env })).evaluation).toEqual(evaluation);
  expect((await journalOf(repository)).split("\n")).toHaveLength(lines);
});
