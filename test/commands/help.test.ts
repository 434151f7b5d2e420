import { expect, test } from "vitest";
import { kira } from "../support/kira.ts";

// Help and mistyping need no repository.
const here = { folder: "/" };
const verbs = [
  "init",
  "log",
  "analyze",
  "propose",
  "proposals",
  "evaluate",
  "merge",
  "reject",
  "archive",
  "tasks",
  "run",
  "status",
  "reindex",
];

test.each([["--help"], ["-h"], ["help"]])("%s lists every verb", async (...args) => {
  const { status, stdout, stderr } = await kira(here, ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb} +\\w`, "m"));
});

test.each(verbs)("%s --help shows its options and an example that begins with it", async (verb) => {
  const { status, stdout, stderr } = await kira(here, verb, "--help");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("--json");
  expect(stdout.split("\nExamples\n")[1]).toMatch(new RegExp(`^  kira-improve ${verb}\\b`, "m"));
});

test("help asks for nothing else, and `help <verb>` is the same page", async () => {
  const page = (await kira(here, "evaluate", "--help")).stdout;
  expect((await kira(here, "help", "evaluate")).stdout).toBe(page);
  expect((await kira(here, "evaluate", "--proposal-id", "3", "-h")).stdout).toBe(page);
  expect(page).toContain("--proposal-id <value>");
});

test("help fits a narrow terminal, up to the examples that can be copied", async () => {
  for (const args of [["--help"], ...verbs.map((verb) => [verb, "--help"])]) {
    const { stdout } = await kira({ ...here, columns: 60 }, ...args);
    const [text = ""] = stdout.split("\nExamples\n");
    expect(text.split("\n").filter((line) => line.length > 60)).toEqual([]);
  }
});

test.each([
  ["an unknown command", ["analyse"], "Did you mean: kira-improve analyze?"],
  ["a command unlike any other", ["frobnicate"], "See the commands with: kira-improve --help."],
  ["an unknown option", ["propose", "--modle", "x"], "Did you mean --model?"],
  ["an option without its command", ["--jsno"], "Did you mean --json?"],
  ["an option unlike any other", ["merge", "--frobnicate"], "kira-improve merge --help"],
  ["an option with the wrong value attached", ["log", "--taks=x"], "Did you mean --task?"],
  ["a missing option", ["evaluate"], "evaluate needs --proposal-id."],
  ["two missing options", ["reject"], "reject needs --proposal-id and --reason."],
  ["a missing value", ["log", "--task"], "--task has no value."],
  ["a value that looks like an option", ["log", "--duration", "-5"], "--duration=<value>"],
  ["a word too many", ["evaluate", "--proposal-id", "1", "2"], '"2" is one word too many.'],
  ["one outcome and many", ["log", "--stdin", "--task", "x"], "Log one outcome or many."],
])("%s is refused with what to do, and stdout stays empty", async (_, args, remedy) => {
  const { status, stdout, stderr } = await kira(here, ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(remedy);
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

test("with --json a mistake is one JSON document on stderr", async () => {
  const { status, stdout, stderr } = await kira(here, "lgo", "--json");
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(JSON.parse(stderr)).toEqual({
    error: { code: "invalid", message: 'There is no command "lgo". Did you mean: kira-improve log?' },
  });
});
