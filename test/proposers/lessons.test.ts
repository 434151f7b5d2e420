import { describe, expect, test } from "vitest";
import { taughtTerms, withLine } from "../../src/proposers/lessons.ts";

const fenced = "## A\n\n```\n# a comment\n```\n\ntext\n\n## B\n";

describe("a lesson's line", () => {
  test.each([
    [
      "after the last line of its section",
      "## A\n\n- x\n\n## B\n\n- y\n",
      "## A",
      "## A\n\n- x\n+\n\n## B\n\n- y\n",
    ],
    ["at the end of the last section", "# A\n- x\n\n\n", "# A", "# A\n- x\n+\n\n\n"],
    ["apart from the heading of an empty section", "## A\n\n## B\n", "## A", "## A\n\n+\n\n## B\n"],
    ["at the end of the file without a heading", "- x\n", undefined, "- x\n+\n"],
    ["below its heading, added, if the file lacks that", "# A\n", "## B", "# A\n\n## B\n\n+\n"],
    ["in an empty file", "", undefined, "+\n"],
    ["in an empty file, with its heading", "", "## A", "## A\n\n+\n"],
    ["without a final newline where there was none", "## A\n- x", "## A", "## A\n- x\n+"],
    [
      "with the line endings of the file",
      "## A\r\n- x\r\n\r\n## B\r\n",
      "## A",
      "## A\r\n- x\r\n+\r\n\r\n## B\r\n",
    ],
    [
      "past what only looks like a heading in a code block",
      fenced,
      "## A",
      fenced.replace("text\n", "text\n+\n"),
    ],
  ])("stands %s", (_, text, under, expected) => {
    expect(withLine(text, "+", under)).toBe(expected);
  });
});

describe("the words a file teaches already", () => {
  const format = "- {category}: {terms}";
  test.each([
    [
      "are those of every line for the category",
      "- billing: Card, bank note\n- travel: train\n  - billing: bill\r\n",
      format,
      ["card", "bank note", "bill"],
    ],
    ["are none where no line is for it", "billing: card\n- billingx: y\n", format, []],
    [
      "are found between what the format puts around them",
      "* card, bill => billing.\n",
      "* {terms} => {category}.",
      ["card", "bill"],
    ],
    [
      "are those of every lesson if the format names no category",
      "Watch: card\n",
      "Watch: {terms}",
      ["card"],
    ],
  ])("%s", (_, text, given, terms) => {
    expect([...taughtTerms(text, { format: given }, "billing")]).toEqual(terms);
  });
});
