import { expect, test } from "vitest";
import { anArtifact, gradeOf } from "./support.ts";

const bill = JSON.stringify({ total: 12.5, lines: [{ name: "tea", tags: ["hot", "green"] }], note: null });

test.each([
  ["the whole", { equals: JSON.parse(bill) }, 1],
  ["a value by name", { path: "total", equals: 12.5 }, 1],
  ["a value in a list", { path: "lines[0].tags[1]", equals: "green" }, 1],
  ["a value in a list, the number after a dot", { path: "lines.0.name", equals: "tea" }, 1],
  ["null", { path: "note", equals: null }, 1],
  ["a list, in its order", { path: "lines[0].tags", equals: ["green", "hot"] }, 0],
  ["another value", { path: "total", equals: "12.5" }, 0],
  ["a value that is missing", { path: "lines[1].name", equals: "tea" }, 0],
  ["what every object inherits", { path: "constructor.name", equals: "Object" }, 0],
  ["a value that fits a schema", { path: "lines", schema: { type: "array", minItems: 1 } }, 1],
  ["a value that does not fit a schema", { path: "total", schema: { type: "string" } }, 0],
  ["a value that fits but is not equal", { path: "total", schema: { type: "number" }, equals: 13 }, 0],
])("%s is graded, in the answer and in a file alike", async (_, asked, score) => {
  await using artifact = await anArtifact(`\n ${bill} \n`, { "bill.json": bill });
  expect(await gradeOf(artifact, { type: "json", ...asked })).toMatchObject({ score });
  expect(await gradeOf(artifact, { type: "json", file: "bill.json", ...asked })).toMatchObject({ score });
});

test.each([
  ["talk around the JSON", "Here it is: {}"],
  ["a code fence around the JSON", "```json\n{}\n```"],
  ["nothing", ""],
])("an answer with %s is not JSON", async (_, answer) => {
  await using artifact = await anArtifact(answer);
  const grade = await gradeOf(artifact, { type: "json", equals: {} });
  expect(grade).toEqual({ score: 0, reason: "0 of 1 criteria hold: the answer is not JSON." });
});

test("a file that is missing or not JSON fails", async () => {
  await using artifact = await anArtifact("{}", { "broken.json": "{" });
  for (const file of ["broken.json", "missing.json"])
    expect(await gradeOf(artifact, { type: "json", file, equals: {} })).toMatchObject({ score: 0 });
});

test("a schema that makes no sense is the task's mistake, not the agent's", async () => {
  await using artifact = await anArtifact("{}");
  const grade = gradeOf(artifact, { type: "json", schema: { $ref: "#/nowhere/to/be/found" } });
  await expect(grade).rejects.toMatchObject({ code: "unavailable" });
});
