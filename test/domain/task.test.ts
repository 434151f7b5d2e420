import { describe, expect, test } from "vitest";
import { KiraError } from "../../src/domain/errors.ts";
import { parseTask } from "../../src/domain/task.ts";

const task = {
  name: "refund-after-30-days",
  description: "A refund request that says neither refund nor invoice",
  category: "billing",
  prompt: "My March payment came back and I was charged again. Can you sort it out?",
  criteria: [{ type: "text", matches: "desk: billing" }],
};

test("the example of the issue is a task", () => {
  const example = {
    ...task,
    difficulty: "medium",
    enabled: true,
    split: "seen",
    family: "refunds",
    mustPass: false,
    solution: "desk: billing",
    impossible: false,
    timeoutSeconds: 30,
  };
  expect(parse(example)).toEqual({
    ...example,
    criteria: [{ type: "text", matches: "desk: billing", weight: 1 }],
  });
});

test("a task needs no more than a name, a description, a category, a prompt and a criterion", () => {
  const usual = { difficulty: "medium", enabled: true, split: "seen", mustPass: false, impossible: false };
  expect(parse(task)).toMatchObject(usual);
  expect(parse(task)).not.toHaveProperty("solution");
});

describe("a task file is refused, with the file and the field, for", () => {
  test.each<[string, object, string]>([
    ["no prompt", { prompt: undefined }, "prompt: "],
    ["an empty prompt", { prompt: "" }, "prompt: "],
    ["no category", { category: undefined }, "category: "],
    ["a name with a slash", { name: "../refund" }, "name: may hold a-z"],
    ["a name that starts with a dot", { name: ".refund" }, "name: may hold a-z"],
    ["a difficulty of no kind", { difficulty: "brutal" }, "difficulty: "],
    ["a split of no kind", { split: "secret" }, "split: "],
    ["no time at all", { timeoutSeconds: 0 }, "timeoutSeconds: "],
    ["mustPass in words", { mustPass: "yes" }, "mustPass: "],
    ["a field that no task has", { prompts: "x" }, `"prompts"`],
    ["no criterion", { criteria: [] }, "criteria: "],
    ["a criterion of no kind", { criteria: [{ type: "vibes" }] }, "criteria.0.type: "],
    [
      "a criterion that asks nothing",
      { criteria: [{ type: "text" }] },
      "criteria.0: asks nothing: give equals",
    ],
    [
      "a file criterion that asks nothing",
      { criteria: [{ type: "file", path: "a" }] },
      "criteria.0: asks nothing",
    ],
    [
      "a json criterion that asks nothing",
      { criteria: [{ type: "json", path: "a" }] },
      "criteria.0: asks nothing",
    ],
    [
      "a misspelt condition",
      { criteria: [{ type: "text", contians: "x" }] },
      `criteria.0: Unrecognized key: "contians"`,
    ],
    [
      "a pattern that is none",
      { criteria: [...task.criteria, { type: "text", matches: "(" }] },
      "criteria.1.matches: is not a regular",
    ],
    [
      "a file outside the trial",
      { criteria: [{ type: "file", path: "a/../../b", exists: true }] },
      "criteria.0.path: leads out",
    ],
    [
      "an absolute file",
      { criteria: [{ type: "json", file: "/etc/passwd", equals: 1 }] },
      "criteria.0.file: leads out",
    ],
    ["a solution that is no text", { solution: 7 }, "solution: "],
    ["something between possible and impossible", { impossible: "nearly" }, "impossible: "],
    ["a command of nothing", { criteria: [{ type: "command", run: [] }] }, "criteria.0.run: "],
    ["a weight of nothing", { criteria: [{ type: "text", equals: "x", weight: 0 }] }, "criteria.0.weight: "],
  ])("%s", (_, change, problem) => {
    expect(refusal(JSON.stringify({ ...task, ...change }))).toContain(problem);
  });

  test("every wrong field at once", () => {
    const message = refusal(
      JSON.stringify({ ...task, name: "A", split: "x", criteria: [{ type: "text", matches: "[" }] }),
    );
    for (const field of ["name:", "split:", "criteria.0.matches:"]) expect(message).toContain(field);
  });

  test("not being JSON", () => {
    expect(refusal(`{"name": `)).toContain("is not valid JSON");
  });
});

function parse(content: object) {
  return parseTask(JSON.stringify(content), "data/tasks/refund.json");
}

function refusal(content: string): string {
  try {
    parseTask(content, "data/tasks/refund.json");
  } catch (error) {
    expect(error).toMatchObject({
      name: "KiraError",
      code: "invalid",
      details: { file: "data/tasks/refund.json" },
    });
    const { message } = error as KiraError;
    expect(message).toMatch(/^The task data\/tasks\/refund\.json .*\. Correct the file\.$/s);
    return message;
  }
  throw new Error("it was accepted");
}
