import { describe, expect, test } from "vitest";
import { readingLimits } from "../../src/domain/presets.ts";
import type { FileChange } from "../../src/domain/risk.ts";
import { structureProblems } from "../../src/domain/structure.ts";

const tree = ["AGENTS.md", "skills/pdf/SKILL.md", "skills/pdf/forms.md", "docs/a b.md"];

function problems(path: string, before: string | undefined, after: string | undefined, more: object = {}) {
  const changes: FileChange[] = [{ path, before, after }];
  const paths = new Set(tree);
  const left = new Set([...tree, path].filter((each) => each !== path || after !== undefined));
  return structureProblems(changes, {
    ...{ before: paths, after: left, limits: undefined, unchanged: new Map() },
    ...more,
  }).join(" ");
}

const skill = (front: string) => `---\n${front}\n---\n\n# PDF\n`;
const fine = skill("name: pdf\ndescription: Fills in forms.");

describe("a skill", () => {
  test.each<[string, string, string]>([
    ["no front matter", "# PDF\n", "no front matter"],
    ["front matter that does not begin the file", `\n${fine}`, "no front matter"],
    ["front matter that is no YAML", skill("name: [pdf"), "not YAML"],
    ["another name than its folder", skill("name: pdfs\ndescription: x"), 'has to be "pdf"'],
    ["a name in capitals", skill("name: PDF\ndescription: x"), "a-z, 0-9"],
    ["an endless name", skill(`name: ${"a".repeat(65)}\ndescription: x`), "a-z, 0-9"],
    ["no name", skill("description: x"), "a-z, 0-9"],
    ["no description", skill("name: pdf"), "no description"],
    ["an endless description", skill(`name: pdf\ndescription: ${"x".repeat(1025)}`), "1025 characters"],
  ])("with %s is refused", (_, text, said) => {
    expect(problems("skills/pdf/SKILL.md", fine, text)).toContain(said);
    expect(problems("skills/pdf/SKILL.md", undefined, text)).toContain(said);
  });

  test("that is fine passes, with Windows line endings, more keys and a long text, too", () => {
    expect(problems("skills/pdf/SKILL.md", undefined, fine)).toBe("");
    expect(problems("skills/pdf/SKILL.md", undefined, fine.replaceAll("\n", "\r\n"))).toBe("");
    const more = skill("name: pdf\ndescription: |\n  Fills in\n  forms.\nlicense: MIT\nmetadata:\n  a: b");
    expect(problems("skills/pdf/SKILL.md", undefined, more + "text\n---\nmore\n".repeat(50))).toBe("");
  });

  test("that was broken before is not the change's fault", () => {
    expect(problems("skills/pdf/SKILL.md", "# PDF\n", "# PDF\n\nOne line more.\n")).toBe("");
  });
});

describe("JSON and YAML", () => {
  test.each([
    ["settings.json", '{"a": 1}', '{"a": 1,}', "not valid JSON"],
    ["prompts/a.yaml", "a: 1\n", "a: 1\n b: [2\n", "not valid YAML"],
    ["prompts/a.yml", "a: 1\n", "a: 1\na: 2\n", "not valid YAML"],
  ])("%s has to parse after a change if it did before", (path, before, broken, said) => {
    expect(problems(path, before, broken)).toContain(said);
    expect(problems(path, before, before)).toBe("");
    expect(problems(path, broken, `${broken} `)).toBe("");
  });

  test("with a byte order mark or several documents are fine", () => {
    expect(problems("a.json", "1", '\ufeff{"a": 1}')).toBe("");
    expect(problems("a.yaml", "a: 1\n", "a: 1\n---\nb: 2\n")).toBe("");
  });
});

describe("a link", () => {
  const links = (text: string, before = "") => problems("skills/pdf/SKILL.md", fine + before, fine + text);

  test.each([
    ["a file beside it", "[f](forms.md)"],
    ["a file above it", "[a](../../AGENTS.md#rules)"],
    ["a folder", "[docs](../../docs/)"],
    ["a file with a space", "[a](<../../docs/a b.md>) [a](../../docs/a%20b.md)"],
    ["a page of the web", "[w](https://example.com/x.md) [m](mailto:a@example.com)"],
    ["a heading", "[h](#pdf)"],
    ["what is outside the repository", "[o](../../../elsewhere.md)"],
    ["a place of code", "```\n[x](none.md)\n```\n`[y](none.md)`"],
    ["a placeholder", "[x]({file}) [z](*.md)"],
    ["an absolute path", "[x](/etc/hosts)"],
  ])("to %s is fine", (_, text) => {
    expect(links(text)).toBe("");
  });

  test.each([
    "[f](form.md)",
    "see [f](./none/x.md 'title')",
    "![i](none.png)",
    "[f]: none.md",
    "[f](none.md#a)",
  ])("to a file that is not there is refused: %s", (text) => {
    expect(links(text)).toMatch(/links to ".*", which is not there/);
    expect(links(`${text}\nmore`, text)).toBe("");
  });

  test("to a file that the same change deletes is refused", () => {
    const changes = [
      { path: "skills/pdf/SKILL.md", before: `${fine}[f](forms.md)`, after: `${fine}[f](forms.md) x` },
      { path: "skills/pdf/forms.md", before: "x", after: undefined },
    ];
    const after = new Set(tree.filter((path) => path !== "skills/pdf/forms.md"));
    const around = { before: new Set(tree), after, limits: undefined, unchanged: new Map() };
    expect(structureProblems(changes, around)).toEqual([expect.stringContaining('"forms.md"')]);
  });
});

describe("what an agent reads at most", () => {
  const limits = readingLimits.openclaw;
  const long = (n: number) => "x".repeat(n);

  test("of one file is not exceeded by a change, and a file that was too long may shrink", () => {
    expect(problems("AGENTS.md", "", long(20_001), { limits })).toContain("20001 characters");
    expect(problems("AGENTS.md", long(30_000), long(25_000), { limits })).toBe("");
    expect(problems("skills/pdf/forms.md", "", long(30_000), { limits })).toBe("");
    expect(problems("AGENTS.md", "", long(30_000))).toBe("");
  });

  test("of all files together is not exceeded either", () => {
    const unchanged = new Map([["USER.md", 45_000]]);
    expect(problems("AGENTS.md", long(10_000), long(16_000), { limits, unchanged })).toContain(
      "61000 characters",
    );
    expect(problems("AGENTS.md", long(10_000), long(14_000), { limits, unchanged })).toBe("");
  });
});
