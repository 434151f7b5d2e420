import { expect, test } from "vitest";
import type { Overlap } from "../../src/domain/overlap.ts";
import { overlaps } from "../../src/loop/evaluate/overlap.ts";
import { readBank } from "../../src/loop/bank/tasks.ts";
import { openWorkspace } from "../../src/workspace.ts";
import { anAgentRepository, aTask, type Files } from "../support/repository.ts";

const prompt = "Please tell me whether you have ever heard of figs";
const folder = {
  ...{ name: "quinces", description: "Knows quinces", category: "food", prompt: "What are quinces good for" },
  criteria: [{ type: "file", path: "out.txt", exists: true }],
};
const bank: Files = {
  ...aTask("figs", { prompt, solution: "Figs are the fruit of Ficus carica" }),
  "data/tasks/quinces/task.json": JSON.stringify(folder),
  "data/tasks/quinces/solution/out.txt": "Jelly, cheese and liqueur\n",
};

/** What of the exam is found in a change of production. */
async function found(change: Files, before: Files = {}): Promise<Overlap[]> {
  await using repository = await anAgentRepository({ ...bank, ...before });
  const commit = await repository.commit(change, "a change");
  const at = { folder: repository.folder, environment: process.env, report: () => undefined };
  using workspace = await openWorkspace(at);
  const rules = await workspace.rules();
  const tree = async (name: string) => (await repository.git("rev-parse", `${name}^{tree}`)).trim();
  const trees = { baselineTree: await tree(`${commit}~`), candidateTree: await tree(commit) };
  return await overlaps(workspace, rules, await readBank(workspace, rules), trees);
}

test("a change that copies prompts and answers of the exam into the configuration is found out", async () => {
  const lessons = `# Lessons\n- ${prompt}? Figs are the fruit of Ficus carica.\n- Quinces: jelly, cheese and liqueur\n`;
  expect(await found({ "skills/lessons.md": lessons })).toEqual([
    { task: "knows-figs", what: "prompt", path: "skills/lessons.md", quote: prompt },
    {
      ...{ task: "knows-figs", what: "expected answer", path: "skills/lessons.md" },
      quote: "figs are the fruit of ficus carica",
    },
    {
      task: "quinces",
      what: "expected answer",
      path: "skills/lessons.md",
      quote: "jelly, cheese and liqueur",
    },
  ]);
});

test.each<[what: string, change: Files, before?: Files]>([
  ["an honest lesson", { "skills/lessons.md": "# Lessons\n- food: figs, quinces\n" }],
  ["the bank itself, which no agent sees", { "data/tasks/copy.txt": prompt }],
  ["what a file that stays says already", { "skills/new.md": prompt }, { "docs/faq.md": `${prompt}\n` }],
  ["a file that goes", { "skills/old.md": "gone\n" }, { "skills/old.md": `${prompt}\n` }],
])("%s is no copy", async (_, change, before) => {
  expect(await found(change, before)).toEqual([]);
});
