import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kira } from "../support/kira.ts";
import { anAgentRepository, aTask, type TestRepository } from "../support/repository.ts";

// Everything a stranger may have written holds an escape sequence, a bell, a C1 code and a change of direction.
const evil = "\u001b[2J\u0007\u009b31m\u202e";
const long = "a very long sentence that goes on and on, well beyond what any terminal shows in a line";
// What fits the subject line of a commit, and not a narrow terminal.
const subject = "a sentence that is wider than any narrow terminal, and whole";
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

let repository: TestRepository;
const run = (...args: string[]) => kira({ folder: repository.folder }, ...args);
const narrow = (...args: string[]) => kira({ folder: repository.folder, columns: 60 }, ...args);

beforeAll(async () => {
  repository = await anAgentRepository(
    aTask("figs", { description: `${evil} ${long}`, category: "a category of its own that is long" }),
  );
  const outcomes = [1, 2, 3].map((n) =>
    JSON.stringify({
      task: `${evil} bake ${n} ${long}`,
      outcome: "failure",
      category: `sweets${evil}`,
      notes: evil + long,
    }),
  );
  await kira({ folder: repository.folder, stdin: outcomes.join("\n") }, "log", "--stdin");
  await run("analyze");
  for (const idea of ["one", "two"]) {
    await repository.git("switch", "--quiet", "--create", idea, "main");
    const known = idea === "one" ? `You know ${long} and dates eggs figs grapes honey ice jam.` : evil;
    await repository.commit(
      { "AGENTS.md": `${known} apple bread cheese\n` },
      `\u001b${idea} ${subject}\n\n${evil}`,
    );
    await repository.git("switch", "--quiet", "main");
    await run("propose", "--from", idea);
  }
  await run("reject", "--proposal-id", "2", "--reason", `${evil} ${long}`);
  await run("evaluate", "--proposal-id", "1", "--allow-unsandboxed");
  await run("merge", "--proposal-id", "1");
});
afterAll(() => repository[Symbol.asyncDispose]());

const views = [
  ["status"],
  ["analyze"],
  ["proposals"],
  ["proposals", "--show", "1"],
  ["proposals", "--show", "2"],
  ["evaluate", "--proposal-id", "2", "--allow-unsandboxed"],
  ["tasks"],
  ["tasks", "show", "knows-figs"],
  ["archive"],
  ["archive", "--show", "1"],
  ["propose", "--dry-run", "--from", "two"],
  ["operations"],
  ["undo", "--dry-run"],
  ["doctor", "--full"],
  ["log", "--task", evil, "--outcome", "success", "--category", evil],
  ["log", "--task", evil, "--outcome", evil, "--category", evil],
  [`st${evil}atus`],
];

test.each(views)(
  "%s %s %s shows foreign text without its control characters, to people and to programs",
  async (...args) => {
    const [text, json] = [await run(...args), await run(...args, "--json")];
    for (const said of [text, json]) {
      expect(said.stdout + said.stderr).not.toMatch(control);
      expect(said.stdout + said.stderr).not.toBe("");
    }
    expect(text.stdout + text.stderr).not.toContain("a bug");
  },
);

test("to a program they are escaped, not lost", async () => {
  const { stdout } = await run("proposals", "--show", "2", "--json");
  expect(JSON.parse(stdout).proposal.rejectionReason).toBe(`${evil} ${long}`);
});

test("a bad line of a bulk log is quoted without them", async () => {
  const stdin = JSON.stringify({ task: "t", outcome: evil, category: "c" });
  const { stderr } = await kira({ folder: repository.folder, stdin }, "log", "--stdin", "--skip-invalid");
  expect(stderr).toContain("is not an outcome");
  expect(stderr).not.toMatch(control);
});

describe("tables and lists", () => {
  test.each([
    ["status"],
    ["proposals"],
    ["tasks"],
    ["archive"],
    ["analyze"],
    ["tasks", "check"],
    ["operations"],
  ])("%s fits a narrow terminal", async (...args) => {
    const { stdout } = await narrow(...args);
    const wide = stdout.split("\n").filter((line) => line.length > 60 && !line.startsWith("Next: "));
    expect(wide).toEqual([]);
    expect(stdout.split("\n").length).toBeGreaterThan(1);
  });

  test.each([
    ["proposals", "--show", "1"],
    ["evaluate", "--proposal-id", "2", "--allow-unsandboxed"],
  ])("%s %s %s breaks its sentences there, and leaves the patch as it is", async (...args) => {
    const said = await narrow(...args);
    const text = said.stdout.replace(/^(diff --git|---|\+\+\+|@@|[-+ ]You know|[-+]|  branch ).*$/gm, "");
    expect(text.split("\n").filter((line) => line.length > 60)).toEqual([]);
  });

  test.each([
    ["status", subject],
    ["proposals", subject],
    ["archive", subject],
    ["analyze", long],
    ["tasks", long],
  ])("%s cuts nothing in a pipe", async (verb, whole) => {
    const { stdout } = await run(verb);
    expect(stdout).toContain(whole);
    expect(stdout).not.toContain("…");
    expect((await narrow(verb)).stdout).toContain("…");
  });
});
