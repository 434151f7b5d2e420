import { describe, expect, test } from "vitest";
import { applyEdits, ideaDigest } from "../../src/domain/edits.ts";
import type { Edit } from "../../src/domain/proposal.ts";

const files = new Map([
  ["AGENTS.md", "Be kind.\nBe brief.\n"],
  ["skills/a.md", "old"],
]);
const replace = (find: string, text: string, path = "AGENTS.md"): Edit => ({
  kind: "replace",
  path,
  find,
  replace: text,
});

describe("edits", () => {
  test("see what earlier ones made", () => {
    const made = applyEdits(files, [
      { kind: "write", path: "skills/new.md", content: "one two" },
      replace("two", "three", "skills/new.md"),
      replace("Be brief.", "Be short."),
      replace("short", "terse"),
      { kind: "delete", path: "skills/a.md" },
    ]);
    expect([...made]).toEqual([
      ["skills/new.md", "one three"],
      ["AGENTS.md", "Be kind.\nBe terse.\n"],
      ["skills/a.md", undefined],
    ]);
  });

  test("take a text as it is, with no meaning for dollar signs or dots", () => {
    const priced = new Map([["a", "costs 1.50 (net)"]]);
    expect(applyEdits(priced, [replace("1.50 (net)", "$& $1 $$", "a")]).get("a")).toBe("costs $& $1 $$");
  });

  test.each<[string, Edit, string]>([
    ["a text that is not there", replace("Be rude.", "x"), "occurs 0 times"],
    ["a text that is there twice", replace("Be ", "x"), "occurs 2 times"],
    ["a text of nothing", replace("", "x"), "occurs 0 times"],
    [
      "a file that is not there",
      replace("a", "b", "skills/b.md"),
      "skills/b.md is to be changed but does not exist",
    ],
    ["a file that was deleted before", replace("old", "b", "skills/a.md"), "skills/a.md"],
  ])("of %s are refused, all of them", (_, edit, why) => {
    const earlier: Edit[] = edit.path === "skills/a.md" ? [{ kind: "delete", path: "skills/a.md" }] : [];
    expect(() => applyEdits(files, [...earlier, edit])).toThrow(why);
    expect(files.get("AGENTS.md")).toBe("Be kind.\nBe brief.\n");
  });

  test("cannot delete a file that is not there", () => {
    expect(() => applyEdits(files, [{ kind: "delete", path: "nowhere.md" }])).toThrow("nowhere.md");
  });
});

describe("an idea", () => {
  const digest = (before: string, after: string | undefined, path = "a") =>
    ideaDigest(new Map([[path, before]]), new Map([[path, after]]));

  test("is the same wherever it stands in the file and on whatever parent", () => {
    expect(digest("one\ntwo\nidea\n", "one\ntwo\n")).toBe(digest("idea\nother\n", "other\n"));
    expect(digest("one\n", "one\n- idea\n")).toBe(digest("# Other\n\nlines\n", "# Other\n- idea\n\nlines\n"));
  });

  test("is the same in whatever order its files were edited", () => {
    const before = new Map<string, string>();
    expect(
      ideaDigest(
        before,
        new Map([
          ["a", "1"],
          ["b", "2"],
        ]),
      ),
    ).toBe(
      ideaDigest(
        before,
        new Map([
          ["b", "2"],
          ["a", "1"],
        ]),
      ),
    );
  });

  test("differs with its direction, its text, its file, and its signs", () => {
    const ideas = [
      digest("", "idea\n"),
      digest("idea\n", ""),
      digest("", "idea!\n"),
      digest("", "idea\n", "b"),
      digest("x\n", "idea\n"),
      digest("x\n+idea", ""),
      digest("x\n", "idea"),
    ];
    expect(new Set(ideas).size).toBe(ideas.length);
  });
});
