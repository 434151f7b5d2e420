import { describe, expect, test } from "vitest";
import { cheatsFor, hedge } from "../../src/domain/cheats.ts";

const says = (answer: string, files: Record<string, string> = {}) => ({ answer, files });

describe("an agent that hedges", () => {
  test.each<[others: string[], answer: string]>([
    [["a", "b", "c"], "a\nb\nright\nc"],
    [["a", "b"], "a\nright\nb"],
    [["a"], "a\nright\na"],
    [["a", "right", "a", "\na\n", ""], "a\nright\na"],
  ])("puts what is right among what others say, never first or last: %j", (others, answer) => {
    expect(
      hedge(
        says("right\n"),
        others.map((other) => says(other)),
      ),
    ).toEqual(says(answer));
  });

  test("says what others say where it does not know what is right", () => {
    expect(hedge(undefined, [says("a"), says("b")])).toEqual(says("a\nb"));
  });

  test("hedges each file, and leaves out those that only the right attempt would leave", () => {
    const own = says("", { "out.txt": "right\n", "mine.txt": "right" });
    expect(hedge(own, [says("", { "out.txt": "a\n" }), says("")])).toEqual(
      says("", { "out.txt": "a\nright\na" }),
    );
  });

  test("has nothing to hedge with where all say the same", () => {
    expect(hedge(says("right", { a: "right" }), [says("right"), says("", { a: "right" })])).toBeUndefined();
  });
});

test("of what cheats leave, only the echo depends on the task, and no path leads out of its folder", () => {
  const [one, two] = [cheatsFor("one"), cheatsFor("two")];
  expect(one.filter((cheat, i) => cheat.answer !== two[i]!.answer).map(({ name }) => name)).toEqual(["echo"]);
  const paths = one.flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths.length).toBeGreaterThan(20);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(path).toMatch(/^[\w.-]+$/);
});
