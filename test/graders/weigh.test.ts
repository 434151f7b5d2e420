import { expect, test } from "vitest";
import { anArtifact, gradeOf } from "./support.ts";

test("criteria count by their weights", async () => {
  await using artifact = await anArtifact("desk: travel\nurgency: high");
  const desk = { type: "text", matches: "^desk: travel$", weight: 3 };
  const urgency = { type: "text", matches: "^urgency: low$", weight: 1 };
  const grade = await gradeOf(artifact, desk, urgency);
  expect(grade.score).toBe(0.75);
  expect(grade.reason).toBe("1 of 2 criteria hold: the answer does not match the expected pattern.");
});

test("the grade is exactly 1 when all criteria hold, whatever their weights", async () => {
  await using artifact = await anArtifact("a b c");
  const criteria = ["a", "b", "c"].map((contains) => ({ type: "text", contains, weight: 0.1 }));
  expect(await gradeOf(artifact, ...criteria)).toEqual({ score: 1, reason: "All 3 criteria hold." });
});

test("a reason is one printable line, whatever the agent or the task contain", async () => {
  await using artifact = await anArtifact();
  const { reason } = await gradeOf(artifact, { type: "file", path: "a\n\u001b[2J", exists: true });
  expect(reason).toMatch(/^[\x20-\x7e…\ufffd\\]+$/u);
});
