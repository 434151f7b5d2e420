import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/domain/config.ts";
import { KiraError, messageOf } from "../../src/domain/errors.ts";
import { nearestOf } from "../../src/domain/nearest.ts";
import { tagOf } from "../../src/domain/node.ts";
import { pathPolicy } from "../../src/domain/paths.ts";
import { detectPreset, type PresetName, presets } from "../../src/domain/presets.ts";
import { randomNumbers, shuffled } from "../../src/domain/random.ts";

describe("the layout of a repository", () => {
  test.each<[PresetName, string[]]>([
    ["claude-code", ["CLAUDE.md"]],
    ["claude-code", [".claude/skills/a/SKILL.md", "README.md"]],
    ["codex", ["AGENTS.md", ".codex/config.toml"]],
    ["codex", [".agents/skills/a/SKILL.md"]],
    ["openclaw", ["AGENTS.md", "SOUL.md"]],
    ["generic", ["AGENTS.md", "src/main.c"]],
    ["generic", ["docs/CLAUDE.md", "my.claude/a", ".claude"]],
    ["generic", []],
  ])("is %s for %j", (name, paths) => {
    expect(detectPreset(paths)).toBe(name);
  });

  test.each<[PresetName, may: string[], mayNot: string[]]>([
    [
      "claude-code",
      ["CLAUDE.md", ".claude/skills/a/SKILL.md"],
      [".claude/settings.json", ".claude/settings.local.json", ".mcp.json", "src/a.ts"],
    ],
    [
      "codex",
      ["AGENTS.md", ".agents/skills/a.md", ".codex/prompts/a.md"],
      [".codex/config.toml", ".codex/hooks/a.sh", "package.json"],
    ],
    ["openclaw", ["SOUL.md", "skills/a/SKILL.md"], ["USER.md", "MEMORY.md", "memory/2026-01-31.md"]],
    ["generic", ["AGENTS.md", "prompts/a.md"], ["README.md", "skills/hooks/a.sh"]],
  ])("%s lets a proposal change the instructions and nothing that grants rights", (name, may, mayNot) => {
    const { allow, protect } = presets[name];
    const policy = pathPolicy(parseConfig(JSON.stringify({ allow, protect }), "the preset"));
    expect(may.filter((path) => policy(path) !== undefined)).toEqual([]);
    expect(mayNot.filter((path) => policy(path) === undefined)).toEqual([]);
  });
});

describe("a mistyped word", () => {
  const known = ["analyze", "archive", "evaluate", "log", "merge"];
  test.each([
    ["analyse", "analyze"],
    ["ARCHIVE", "archive"],
    ["evalute", "evaluate"],
    ["lgo", "log"],
    ["zebra", undefined],
    ["configuration", undefined],
  ])("%s means %s", (word, meant) => {
    expect(nearestOf(word, known)).toBe(meant);
  });

  test("means nothing where nothing is known", () => {
    expect(nearestOf("log", [])).toBeUndefined();
  });
});

describe("random order", () => {
  test("follows from the seed alone and loses nothing", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    expect(shuffled(items, "a")).toEqual(shuffled(items, "a"));
    expect(shuffled(items, "a")).not.toEqual(shuffled(items, "b"));
    expect(shuffled(items, "a").sort((a, b) => a - b)).toEqual(items);
    expect(items[0]).toBe(0);
  });

  test("is every order equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(["a", "b", "c"], `seed ${i}`).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // Chi-square with 5 degrees of freedom: 20.5 is exceeded once in a thousand.
    const distance = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(6);
    expect(distance).toBeLessThan(20.5);
  });

  test("comes from numbers spread evenly from 0 to 1", () => {
    const numbers = randomNumbers("seed").take(10_000).toArray();
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const tenths = Map.groupBy(numbers, (x) => Math.floor(x * 10));
    // 27.9: chi-square with 9 degrees of freedom, once in a thousand.
    expect(
      [...tenths.values()].reduce((sum, { length }) => sum + (length - 1000) ** 2 / 1000, 0),
    ).toBeLessThan(27.9);
  });
});

test("archive tags sort as they count", () => {
  expect([0, 7, 42, 9999, 12_345].map(tagOf)).toEqual([
    "kira/archive/0000",
    "kira/archive/0007",
    "kira/archive/0042",
    "kira/archive/9999",
    "kira/archive/12345",
  ]);
});

test("an error shows a program its code, its sentence and its details, and keeps what caused it to itself", () => {
  const cause = new Error("secret");
  const error = new KiraError("refused", "It may not. Ask.", { cause, line: 3 });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: "refused",
    message: "It may not. Ask.",
    line: 3,
  });
  expect(error.cause).toBe(cause);
  expect([messageOf(error), messageOf("plain")]).toEqual(["It may not. Ask.", "plain"]);
});
