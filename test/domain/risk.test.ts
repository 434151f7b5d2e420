import { expect, test } from "vitest";
import { assessRisk, type FileChange, highestRisk } from "../../src/domain/risk.ts";

const change = (path: string, before: string | undefined, after: string | undefined): FileChange => ({
  path,
  before,
  after,
});
const lines = (n: number) => Array.from({ length: n }, (_, i) => `line ${i}\n`).join("");

test.each<[string, FileChange[], string]>([
  ["a line in a skill", [change("skills/a.md", "a\n", "a\nb\n")], "low"],
  ["a new file of text", [change("skills/b.md", undefined, "b\n")], "low"],
  ["data", [change("prompts/x.json", "1", "2")], "medium"],
  ["settings", [change(".claude/settings.local.json", "{}", '{"a":1}')], "high"],
  ["settings in a folder", [change("data/example/settings.json", "{}", '{"a":1}')], "high"],
  ["a list of servers", [change(".mcp.json", "{}", '{"a":1}')], "high"],
  ["an environment file", [change(".env", "", "A=1")], "high"],
  ["a program", [change("skills/a/run.py", "", "print()")], "high"],
  ["a program without an ending", [change("skills/a/run", undefined, "#!/bin/sh\n")], "high"],
  [
    "a skill that is given tools",
    [change("skills/a/SKILL.md", "---\n---\n", "---\nallowed-tools: Bash\n---\n")],
    "high",
  ],
  [
    "a skill that had them before",
    [change("skills/a/SKILL.md", "allowed-tools: Bash\na\n", "allowed-tools: Bash\nb\n")],
    "low",
  ],
  ["a deletion", [change("skills/a.md", "a", undefined)], "medium"],
  ["two deletions", [change("skills/a.md", "a", undefined), change("skills/b.md", "b", undefined)], "high"],
  ["many lines", [change("AGENTS.md", "", lines(100))], "medium"],
  ["very many lines", [change("AGENTS.md", "", lines(500))], "high"],
  ["a whole file rewritten", [change("AGENTS.md", lines(300), lines(900).toUpperCase())], "high"],
  ["four files", ["a", "b", "c", "d"].map((name) => change(`skills/${name}.md`, "", "x\n")), "medium"],
  ["nothing at all", [], "low"],
])("%s is as risky as it looks", (_, changes, risk) => {
  const assessed = assessRisk(changes);
  expect(assessed.risk).toBe(risk);
  expect(assessed.reasons.length > 0).toBe(risk !== "low");
});

test("the higher of two risks counts, whoever names it", () => {
  expect(highestRisk("low", "high", "medium")).toBe("high");
  expect(highestRisk("medium", "low")).toBe("medium");
  expect(highestRisk()).toBe("low");
});
