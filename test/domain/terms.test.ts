import { describe, expect, test } from "vitest";
import { tellingTerms, termsOf } from "../../src/domain/terms.ts";

describe("the terms of a text", () => {
  test.each([
    ["are its words in lower case, each once", "Card, CARD; card charged!", ["card", "charged"]],
    [
      "leave out function words and politeness",
      "Could you please fix this? It was broken, thanks!",
      ["fix", "broken"],
    ],
    ["leave out contractions, however the apostrophe is typed", "I can't, we’ll see, they'd've", ["they'd"]],
    ["treat both apostrophes alike, and drop a possessive", "driver's driver’s", ["driver"]],
    [
      "leave out numbers, counts and words of one or two letters",
      "On 12.5.2026 at 3rd St, twenty km, v2",
      [],
    ],
    ["keep names with digits that begin as a word", "sha256 of utf8", ["sha256", "utf8"]],
    [
      "split what is joined by dashes, slashes and underscores",
      "read_file re-check a/bill",
      ["read", "file", "check", "bill"],
    ],
    [
      "know letters of every alphabet",
      "Straße ÜBERWEISUNG überweisung счёт",
      ["straße", "überweisung", "счёт"],
    ],
    ["read composed and decomposed letters alike", "cafés cafe\u0301s", ["cafés"]],
    ["of an empty text are none", "", []],
  ])("%s", (_, text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });
});

describe("the telling terms", () => {
  test("are ranked by the log-odds of Monroe, Colaresi and Quinn, in standard deviations", () => {
    const [first, ...others] = tellingTerms([["card"], ["card"], ["late"]], [["late"], ["train"]]);
    // (2 + 1) / (3 + 2.5 - 2 - 1) against (0 + 1) / (2 + 2.5 - 0 - 1), with the variance 1/3 + 1/1
    expect(first).toMatchObject({ term: "card", inside: 2, outside: 0 });
    expect(first!.z).toBeCloseTo(Math.log(3 / 2.5 / (1 / 3.5)) / Math.sqrt(4 / 3), 12);
    expect(others.map(({ term }) => term)).not.toContain("train");
  });

  test("put a word seen often before one seen once", () => {
    const inside = [["card", "odd"], ["card"], ["card", "page"]];
    const terms = tellingTerms(inside, [["page"], ["page", "train"], ["train"]]).map(({ term }) => term);
    expect(terms).toEqual(["card", "odd"]);
  });

  test("are in the order of the alphabet where nothing else decides", () => {
    const terms = tellingTerms([["pear", "apple", "fig"]], [["train", "bus", "ship"]]).map(
      ({ term }) => term,
    );
    expect(terms).toEqual(["apple", "fig", "pear"]);
  });

  test("stand out as much as is asked", () => {
    const inside = Array.from({ length: 20 }, (_, at) => (at < 2 ? ["card", "odd"] : ["card"]));
    const outside = Array.from({ length: 20 }, () => ["train", "page"]);
    expect(tellingTerms(inside, outside, 2).map(({ term }) => term)).toEqual(["card"]);
  });

  test.each([
    ["nothing to tell from", [["card"], ["card"]], []],
    ["nothing inside", [], [["card"]]],
    ["the same on both sides", [["card"], ["page"]], [["card"], ["page"]]],
  ])("are none with %s", (_, inside, outside) => {
    expect(tellingTerms(inside, outside)).toEqual([]);
  });
});
