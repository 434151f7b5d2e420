import { describe, expect, test } from "vitest";
import { type Exam, findOverlaps } from "../../src/domain/overlap.ts";

const prompt = "My March payment came back and I was charged again. Can you sort it out?";

function anExam(changes: Partial<Exam> = {}): Exam {
  return { name: "refund", prompt, criteria: [], solutions: [], ...changes };
}

const text = (conditions: object) => ({ type: "text" as const, weight: 1, ...conditions });
const added = (after: string, before = "") => [{ path: "AGENTS.md", before, after }];

describe("a prompt is found in what a change adds", () => {
  const stretch = "payment came back and I was charged again";
  test.each<[how: string, after: string, quote: string]>([
    ["word for word", `# Rules\n${prompt}\n`, prompt.slice(0, -1)],
    ["in other case", prompt.toUpperCase(), prompt.toUpperCase().slice(0, -1)],
    ["broken into lines", prompt.replaceAll(" ", "\n  "), prompt.slice(0, -1)],
    ["quoted in a list", `- "${prompt}" is for billing`, prompt.slice(0, -1)],
    ["in part, eight words of it", `if ${stretch}, say billing`, stretch],
  ])("%s", (_, after, quote) => {
    expect(findOverlaps([anExam()], added(after))).toEqual([
      { task: "refund", what: "prompt", path: "AGENTS.md", quote },
    ]);
  });

  test("whole, if it has five to seven words", () => {
    const exam = anExam({ prompt: "Where is my second invoice?" });
    expect(findOverlaps([exam], added("Asked «where is my second invoice», say billing."))).toHaveLength(1);
    expect(findOverlaps([exam], added("Asked where is my invoice, say billing."))).toEqual([]);
    expect(findOverlaps([anExam({ prompt: "Do you know figs" })], added("Do you know figs"))).toEqual([]);
  });

  test("where words have no spaces between them", () => {
    const exam = anExam({ prompt: "三月份的付款被退回并且重复扣款" });
    expect(findOverlaps([exam], added("如果三月份的付款被退回，请转给财务。"))).toMatchObject([
      { quote: "三月份的付款被退回" },
    ]);
  });

  test("by its longest stretch, once for each file", () => {
    const after = `my march payment came back and i was late.\n${prompt}\n`;
    const changes = [...added(after), { path: "skills/a.md", before: "", after: stretch }];
    expect(findOverlaps([anExam()], changes).map(({ path, quote }) => [path, quote])).toEqual([
      ["AGENTS.md", prompt.slice(0, -1)],
      ["skills/a.md", stretch],
    ]);
  });

  test("but seven words of a longer one are chance", () => {
    expect(findOverlaps([anExam()], added("The payment came back and I was charged."))).toEqual([]);
  });
});

describe("an expected answer is found", () => {
  const answer = "Escalate to Desk 14";
  const found = (exam: Partial<Exam>) => findOverlaps([anExam(exam)], added(`Always  escalate\nto desk 14.`));
  test.each<[where: string, exam: Partial<Exam>]>([
    ["an answer equals", { criteria: [text({ equals: answer })] }],
    ["an answer contains", { criteria: [text({ contains: answer })] }],
    ["a file equals", { criteria: [{ type: "file", path: "a", equals: answer, weight: 1 }] }],
    ["a file contains", { criteria: [{ type: "file", path: "a", contains: answer, weight: 1 }] }],
    [
      "a value in JSON equals",
      { criteria: [{ type: "json", path: "", equals: { a: [answer] }, weight: 1 }] },
    ],
    ["a solution says", { solutions: [`${answer}\n`] }],
  ])("that %s", (_, exam) => {
    expect(found(exam)).toEqual([
      { task: "refund", what: "expected answer", path: "AGENTS.md", quote: "escalate to desk 14" },
    ]);
  });

  test.each<[what: string, exam: Partial<Exam>]>([
    ["is short, such as yes or billing", { criteria: [text({ equals: "desk" })], solutions: ["to desk 14"] }],
    ["must not be said", { criteria: [text({ not: answer })] }],
    ["is a pattern", { criteria: [text({ matches: answer })] }],
    ["is a program's", { criteria: [{ type: "command", run: [answer], timeoutSeconds: 1, weight: 1 }] }],
  ])("but not one that %s", (_, exam) => {
    expect(found(exam)).toEqual([]);
  });
});

describe("what was there before is not added", () => {
  const exam = anExam({ solutions: ["escalate to desk 14"] });
  const both = `${prompt}\nEscalate to desk 14.\n`;

  test("in the same file, in another that changes, or elsewhere", () => {
    expect(findOverlaps([exam], added(`${both}More.\n`, both))).toEqual([]);
    const moved = [...added(both), { path: "old.md", before: both, after: "" }];
    expect(findOverlaps([exam], moved)).toEqual([]);
    expect(findOverlaps([exam], added(both), [both])).toEqual([]);
    expect(findOverlaps([exam], added(both), ["nothing of it"])).toHaveLength(2);
  });

  test("and what is taken away is not, either", () => {
    expect(findOverlaps([exam], added("", both))).toEqual([]);
  });
});

test("each of a thousand tasks is told from the others in a large change", () => {
  const words = (seed: number, count: number) =>
    Array.from({ length: count }, (_, i) => `w${(seed * 7919 + i * i * 104_729) % 99_991}`).join(" ");
  const exams = Array.from({ length: 1000 }, (_, i) =>
    anExam({ name: `task-${i}`, prompt: words(i, 40), solutions: [`the answer is number ${i}.`] }),
  );
  const filler = words(5000, 60_000);
  const after = `${filler} ${exams[700]!.prompt} ${filler} The answer is number 42.`;
  expect(findOverlaps(exams, added(after, filler)).map(({ task, what }) => [task, what])).toEqual([
    ["task-700", "prompt"],
    ["task-42", "expected answer"],
  ]);
});
