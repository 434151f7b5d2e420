import { expect, test } from "vitest";
import { anArtifact, gradeOf } from "./support.ts";

test.each([
  ["the same text, white space around it aside", "  yes\n", { equals: "yes " }, 1],
  ["another text", "yes, sir", { equals: "yes" }, 0],
  ["a text that contains the expected one", "say yes now", { contains: "yes" }, 1],
  ["a text without the expected one", "no", { contains: "yes" }, 0],
  ["a line that matches", "desk: research\nurgency: high\n", { matches: "^urgency: high$" }, 1],
  ["no line that matches", "desk: research\nurgency: higher", { matches: "^urgency: high$" }, 0],
  ["no forbidden text", "fine", { not: "sorry" }, 1],
  ["a forbidden text", "sorry, no", { not: "sorry" }, 0],
  ["all that is asked at once", "yes, fine", { contains: "yes", matches: "fine$", not: "sorry" }, 1],
  ["only a part of what is asked", "yes, sorry", { contains: "yes", matches: "sorry$", not: "sorry" }, 0],
])("an answer with %s is graded so", async (_, answer, asked, score) => {
  await using artifact = await anArtifact(answer);
  expect(await gradeOf(artifact, { type: "text", ...asked })).toMatchObject({ score });
});

test("an answer made to keep a pattern busy for ever does not match", async () => {
  await using artifact = await anArtifact("a".repeat(50) + "!");
  const grade = await gradeOf(artifact, { type: "text", matches: "^(a+)+$" });
  expect(grade.score).toBe(0);
});

test("a reason does not give the expected answer away", async () => {
  await using artifact = await anArtifact("no", { "a.json": "{}" });
  const secret = "the-solution";
  for (const asked of [{ equals: secret }, { contains: secret }, { matches: secret }]) {
    const { reason } = await gradeOf(artifact, { type: "text", ...asked });
    expect(reason).not.toContain(secret);
  }
  const { reason } = await gradeOf(artifact, { type: "json", file: "a.json", equals: secret });
  expect(reason).not.toContain(secret);
});
