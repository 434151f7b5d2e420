import { describe, expect, test } from "vitest";
import { z } from "zod";
import { configJsonSchema, parseConfig } from "../../src/domain/config.ts";
import { KiraError } from "../../src/domain/errors.ts";

/** The example of the issue, with a lesson's format written out. */
const example = {
  $schema: "kira/config.schema.json",
  production: "main",
  allow: ["AGENTS.md", "skills/**", "settings.json"],
  protect: ["agent.mjs"],
  tasks: "data/tasks",
  index: "data/self-improve.db",
  agent: { use: "command", command: ["node", "agent.mjs"], timeoutSeconds: 60, env: ["LANG"], mounts: [] },
  propose: {
    model: "offline",
    lessons: { file: "skills/triage/SKILL.md", format: "- {category}: {terms}" },
    knobs: [],
  },
  evaluate: { threshold: 0.1, concurrency: 2, network: "none" },
  analyze: { days: 7, minFailures: 3 },
  hook: { plainCommits: "agents" },
};

test("the example of the issue is a configuration", () => {
  expect(parse(example)).toMatchObject(example);
});

test("an empty configuration, and one with empty sections, means the defaults", () => {
  const sections = ["agent", "propose", "evaluate", "analyze", "run", "hook", "limits", "tasks", "allow"];
  expect(parse(Object.fromEntries(sections.map((name) => [name, null])))).toEqual(parse({}));
  expect(parse({})).toMatchObject({
    production: "main",
    tasks: "data/tasks",
    evaluate: { threshold: 0.1, network: "none" },
    analyze: { days: 7, minFailures: 3 },
    hook: { plainCommits: "agents" },
  });
});

describe("a key that is not known is refused with the nearest one", () => {
  test.each([
    ["prodution", { prodution: "main" }, "production"],
    ["agent.comand", { agent: { comand: ["sh"] } }, "command"],
    ["evaluate.treshold", { evaluate: { treshold: 0.2 } }, "threshold"],
    [
      "propose.knobs.0.vlaues",
      { propose: { knobs: [{ file: "a", path: "b", values: [1, 2], vlaues: [] }] } },
      "values",
    ],
    ["propose.commands.mine.comand", { propose: { commands: { mine: { comand: ["x"] } } } }, "command"],
    ["propose.baseUrls.antropic", { propose: { baseUrls: { antropic: "http://127.0.0.1" } } }, "anthropic"],
    [
      "propose.prices.big.outptu",
      { propose: { prices: { big: { input: 1, output: 2, outptu: 1 } } } },
      "output",
    ],
  ])("%s", (key, given, nearest) => {
    expect(refusal(given)).toContain(`"${key}" is not a known key (did you mean "${nearest}"?)`);
  });

  test("or with all of them, where none is near", () => {
    expect(refusal({ analyze: { colour: "red" } })).toContain(
      `"analyze.colour" is not a known key (known: days, minFailures)`,
    );
  });
});

describe("a configuration is refused for", () => {
  test.each<[string, object, string]>([
    ["a bank outside the repository", { tasks: "../exams" }, "tasks: leads out of the repository"],
    ["a bank at an absolute path", { tasks: "/srv/exams" }, "tasks: leads out of the repository"],
    [
      "a bank that climbs with backslashes",
      { tasks: "data\\..\\..\\exams" },
      "tasks: leads out of the repository",
    ],
    ["an index outside the repository", { index: "data/../../x.db" }, "index: leads out of the repository"],
    ["an index in place of the user's file", { index: "AGENTS.md" }, "index: has to end in .db"],
    ["a value in place of a variable's name", { agent: { env: ["LANG=C"] } }, "agent.env.0: is not the name"],
    ["a relative mount", { agent: { mounts: ["cache"] } }, "agent.mounts.0: is not an absolute path"],
    ["an agent of no known kind", { agent: { use: "clippy" } }, "agent.use:"],
    ["an empty command", { agent: { command: [] } }, "agent.command:"],
    ["a threshold of nothing", { evaluate: { threshold: 0 } }, "evaluate.threshold:"],
    ["half a day", { analyze: { days: 0.5 } }, "analyze.days:"],
    [
      "a knob with one value",
      { propose: { knobs: [{ file: "a", path: "b", values: [1] }] } },
      "propose.knobs.0.values:",
    ],
    [
      "a lesson without terms",
      { propose: { lessons: { file: "a", format: "- {category}" } } },
      "propose.lessons.format:",
    ],
    ["a list in place of an object", [], "the file:"],
  ])("%s", (_, given, problem) => {
    expect(refusal(given)).toContain(problem);
  });

  test.each([
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "openai_api_key",
    "GEMINI_API_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AZURE_OPENAI_API_KEY",
    "HF_TOKEN",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "OPENROUTER_API_KEY",
    "MISTRAL_API_KEY",
    "GROQ_API_KEY",
  ])("passing a model provider's secret on to an agent: %s", (name) => {
    expect(refusal({ agent: { env: ["LANG", name] } })).toContain(
      "agent.env.1: is a model provider's secret",
    );
    expect(refusal({ propose: { commands: { mine: { command: ["x"], env: [name] } } } })).toContain("secret");
  });
});

test("all that is wrong is said at once, with the file and what to do", () => {
  const message = refusal({ prodution: "x", evaluate: { runs: 0 }, tasks: "/x" });
  expect(message).toMatch(/^\.kira-improve\.json on main cannot be used: .*prodution.*/);
  for (const key of ["prodution", "evaluate.runs", "tasks"]) expect(message).toContain(key);
  expect(message).toMatch(/\. Correct it and run the command again\.$/);
});

test("a file that is not JSON is refused by name", () => {
  expect(() => parseConfig("{ production: main }", ".kira-improve.json")).toThrow(
    /^\.kira-improve\.json is not valid JSON/,
  );
});

describe("the JSON Schema for editors", () => {
  const schema = configJsonSchema() as Node;
  const inEditor = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

  test("accepts what we accept and marks what we refuse", () => {
    expect(inEditor.safeParse(example).error).toBeUndefined();
    expect(inEditor.safeParse({}).error).toBeUndefined();
    for (const wrong of [
      { prodution: "x" },
      { agent: { use: "clippy" } },
      { evaluate: { runs: 0 } },
      { index: "a.txt" },
    ])
      expect(inEditor.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });

  test("states every default", () => {
    const defaults = parse({});
    for (const [section, value] of Object.entries(defaults)) {
      const node = schema.properties![section]!;
      if (node.properties === undefined) expect(node.default, section).toEqual(value);
      else
        for (const [key, setting] of Object.entries(value as object))
          expect(node.properties[key]!.default, `${section}.${key}`).toEqual(setting);
    }
  });
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly default?: unknown;
}

function parse(given: unknown) {
  return parseConfig(JSON.stringify(given), ".kira-improve.json on main");
}

function refusal(given: unknown): string {
  try {
    parse(given);
  } catch (error) {
    expect(error).toBeInstanceOf(KiraError);
    expect((error as KiraError).code).toBe("invalid");
    return (error as KiraError).message;
  }
  throw new Error(`${JSON.stringify(given)} was accepted`);
}
