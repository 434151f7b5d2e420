import { expect, test } from "vitest";
import { anArtifact, gradeOf } from "./support.ts";

const shell = (script: string, changes: object = {}) => ({
  type: "command",
  run: ["sh", "-c", script],
  ...changes,
});

test.each([
  ["exits with 0", "true", 1],
  ["exits with 0 and talks", "echo 3 tests passed; echo fine", 1],
  ["gives a score on its last line", "echo checking; echo 0.25", 0.25],
  ["gives 0", "echo 0", 0],
  ["exits with 1", "exit 1", 0],
  ["exits with 1 and claims a score", "echo 1; exit 1", 0],
  ["looks at the agent's files", "test $(cat sum.txt) = 42", 1],
])("a program that %s is believed", async (_, script, score) => {
  await using artifact = await anArtifact("", { "sum.txt": "42\n" });
  expect(await gradeOf(artifact, shell(script))).toMatchObject({ score });
});

test.each([
  ["gives a score above 1", shell("echo 7"), "between 0 and 1"],
  ["gives a score below 0", shell("echo -0.5"), "between 0 and 1"],
  ["takes too long", shell("sleep 600", { timeoutSeconds: 0.2 }), "timeoutSeconds"],
  ["is killed", shell("kill -9 $$"), "was killed"],
  ["does not exist", { type: "command", run: ["kira-no-such-grader"] }, "kira-no-such-grader"],
])("a program that %s could not judge, which is not the agent's fault", async (_, criterion, why) => {
  await using artifact = await anArtifact();
  const grade = gradeOf(artifact, criterion);
  await expect(grade).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining(why) });
});
