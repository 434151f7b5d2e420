import fc from "fast-check";
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

describe("the form of a file", () => {
  const crlf = new Map([["a", "one\r\ntwo\r\nthree\r\n"]]);

  test("keeps its line endings, whichever an edit has", () => {
    const made = (...edits: Edit[]) => applyEdits(crlf, edits).get("a");
    expect(made(replace("one\ntwo", "1\n2", "a"))).toBe("1\r\n2\r\nthree\r\n");
    expect(made(replace("two", "2\r\n2", "a"))).toBe("one\r\n2\r\n2\r\nthree\r\n");
    expect(made({ kind: "write", path: "a", content: "1\n2\n" })).toBe("1\r\n2\r\n");
    expect(applyEdits(files, [replace("Be brief.", "a\r\nb")]).get("AGENTS.md")).toBe("Be kind.\na\nb\n");
  });

  test("that has both kinds of endings is changed where it was asked, and nowhere else", () => {
    const mixed = new Map([["a", "one\r\ntwo\nthree\n"]]);
    expect(applyEdits(mixed, [replace("two", "2", "a")]).get("a")).toBe("one\r\n2\nthree\n");
  });

  test("keeps its last newline, or goes on without one", () => {
    const write = (path: string, content: string) =>
      applyEdits(files, [{ kind: "write", path, content }]).get(path);
    expect(write("AGENTS.md", "Be rude.")).toBe("Be rude.\n");
    expect(write("skills/a.md", "new\n\n")).toBe("new");
    expect(write("skills/new.md", "new")).toBe("new");
  });

  test("keeps its byte order mark", () => {
    const marked = new Map([["a", "\ufeffone\n"]]);
    expect(applyEdits(marked, [{ kind: "write", path: "a", content: "two\n" }]).get("a")).toBe("\ufefftwo\n");
  });

  test("stays when any text is replaced by any other", () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.string({ maxLength: 30 }),
        (lines, at, text) => {
          const before = lines.map((each, i) => `${i}:${each}\r\n`).join("");
          const find = `${at % lines.length}:${lines[at % lines.length]}`;
          const edit = replace(find, text.replaceAll("\r", ""), "a");
          fc.pre(before.split(find).length === 2 && edit.kind === "replace" && edit.replace !== find);
          const after = applyEdits(new Map([["a", before]]), [edit]).get("a")!;
          expect(after.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
          expect(after.endsWith("\r\n")).toBe(true);
        },
      ),
    );
  });
});

describe("an edit that misses", () => {
  const said = (find: string, text: string) => {
    try {
      applyEdits(new Map([["a", text]]), [replace(find, "x", "a")]);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  test("is told the nearest text, and where it stands", () => {
    const text = ["# Desk", "", "- billing: invoice, refund", "- travel: train, hotel", ""].join("\n");
    expect(said("- billing: invoices, refunds", text)).toMatch(/at line 3: "- billing: invoice, refund"/);
    expect(said("-  travel:\ttrain, hotel", text)).toContain("the same but for white space");
    expect(said("completely different", text)).toContain("Nothing in the file is like it");
  });

  test("is told at which lines a text stands that is there more than once", () => {
    expect(said("same", "same\nother\nsame\n")).toContain("lines 1, 3");
    expect(said("aa", "aaa")).toContain("overlaps itself");
  });

  test("gets its answer from a long file, too", () => {
    const text = Array.from({ length: 5000 }, (_, i) => `- rule ${i}: do what rule ${i % 7} says`).join("\n");
    expect(said("- rule 4321: do as rule 2 says\n- rule 4322: do what rule 3 says", text)).toContain(
      "line 4322",
    );
  });
});

test("no file takes the place of a folder, and no folder that of a file", () => {
  const write = (path: string): Edit => ({ kind: "write", path, content: "x" });
  expect(() => applyEdits(files, [write("skills")])).toThrow("is a folder");
  expect(() => applyEdits(files, [write("AGENTS.md/x")])).toThrow("where the file AGENTS.md is");
  expect(() => applyEdits(files, [write("new"), write("new/x")])).toThrow("new");
  const moved = applyEdits(files, [{ kind: "delete", path: "skills/a.md" }, write("skills/a.md/b.md")]);
  expect([...moved.keys()]).toEqual(["skills/a.md", "skills/a.md/b.md"]);
});

test.each<[string, Edit[]]>([
  ["one that writes what is there", [{ kind: "write", path: "skills/a.md", content: "old" }]],
  ["one that replaces a text by itself", [replace("Be kind.", "Be kind.")]],
  ["two that undo each other", [replace("kind", "rude"), replace("rude", "kind")]],
])("edits that change nothing are errors: %s", (_, edits) => {
  expect(() => applyEdits(files, edits)).toThrow(/changes? nothing/);
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
