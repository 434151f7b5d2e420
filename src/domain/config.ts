import { posix } from "node:path";
import { z } from "zod";
import { explain } from "./config-problems.ts";
import { KiraError } from "./errors.ts";
import { gateRules } from "./verdict/rules.ts";

export const configFile = ".kira-improve.json";

/** Names of variables that hold a model provider's key: an agent under trial never gets them. */
const providerSecret =
  /^(ANTHROPIC|OPENAI|OLLAMA|GEMINI|GOOGLE|AZURE|AWS|HF|GITHUB|CLAUDE|CODEX|OPENROUTER|MISTRAL|DEEPSEEK|GROQ|XAI|COHERE|TOGETHER|FIREWORKS).*(KEY|KEY_ID|TOKEN|SECRET|CREDENTIALS?)$/i;

/** Where the index lies unless the configuration says otherwise. */
export const defaultIndex = "data/self-improve.db";
const indexPattern = /\.(db|sqlite3?)$/;

const inside = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith("/") && !path.split(/[\\/]/).includes(".."),
    "leads out of the repository",
  )
  // `data/tasks/` is the folder `data/tasks`: what protects it compares names.
  .overwrite((path) => posix.normalize(path).replace(/\/$/, ""));
/** The highest numbers that make sense, in the configuration and as options. */
export const mostDays = 3650;
export const mostRuns = 100;
export const mostProposals = 100;
const glob = z.string().min(1).max(1024);
const seconds = z.number().positive().max(86_400);
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable; write names, not values")
  .refine(
    (name) => !providerSecret.test(name),
    "is a model provider's secret and is never passed to an agent",
  );
const argv = z.array(z.string()).min(1);

const agent = z.strictObject({
  use: z
    .enum(["command", "claude-code", "codex"])
    .default("command")
    .describe("Which kind of agent attempts the tasks."),
  command: argv.optional().describe("The program and its arguments; it reads the prompt on standard input."),
  model: z.string().optional().describe("The model a named agent is asked to use."),
  maxTurns: z.int().positive().optional().describe("The most turns a named agent may take."),
  timeoutSeconds: seconds
    .default(60)
    .describe("How long one attempt may take, unless its task says otherwise."),
  env: z
    .array(variable)
    .default([])
    .describe("Names of environment variables that pass through to the agent."),
  mounts: z
    .array(z.string().startsWith("/", "is not an absolute path"))
    .default([])
    .describe("Folders a sandboxed agent may read; each needs a local approval in git config."),
});

const proposerCommand = z.strictObject({
  command: argv,
  env: z.array(variable).default([]),
  timeoutSeconds: seconds.default(600),
});

const lessons = z.strictObject({
  file: z.string().min(1).describe("The file that gets a line for each lesson."),
  format: z
    .string()
    .includes("{terms}")
    .default("- {category}: {terms}")
    .describe("The line; {category} and {terms} are filled in."),
  under: z
    .string()
    .optional()
    .describe("The heading below which lines are added; the end of the file by default."),
  from: z
    .array(z.enum(["task", "notes"]))
    .min(1)
    .default(["task", "notes"])
    .describe("Which texts terms are mined from."),
  terms: z.int().min(1).max(40).default(8).describe("The most terms in one line."),
});

const knob = z.strictObject({
  file: z.string().min(1).describe("A JSON settings file."),
  path: z.string().min(1).describe("Where the value stands, such as retries.max."),
  values: z
    .array(z.union([z.number(), z.string(), z.boolean()]))
    .min(2)
    .describe("The values worth trying, in their natural order."),
});

const price = z.strictObject({ input: z.number().min(0), output: z.number().min(0) });

const propose = z.strictObject({
  model: z
    .string()
    .min(1)
    .default("offline")
    .describe("Who proposes: offline, or a model such as ollama:qwen3:14b."),
  lessons: lessons.optional().describe("Where the offline proposer may write lessons."),
  knobs: z.array(knob).default([]).describe("Settings the offline proposer may turn."),
  commands: z
    .record(z.string(), proposerCommand)
    .default({})
    .describe("Agent CLIs that can propose, by name."),
  baseUrls: z
    .partialRecord(z.enum(["anthropic", "openai", "ollama"]), z.url())
    .default({})
    .describe("Where each provider is reached."),
  prices: z
    .record(z.string(), price)
    .default({})
    .describe("Dollars per million tokens, by model; they override the built-in ones."),
  timeoutSeconds: seconds.default(600),
  maxCost: z.number().positive().optional().describe("Dollars one proposal may cost."),
  promptTokens: z
    .int()
    .min(4_000)
    .max(1_000_000)
    .default(24_000)
    .describe("The most a model is sent at first, about: four characters are counted as a token."),
  answerTokens: z.int().min(500).max(200_000).default(16_000).describe("The most a model may answer."),
});

const evaluate = z.strictObject({
  threshold: z
    .literal(gateRules.map(({ delta }) => delta))
    .default(0.1)
    .describe("The gain in mean score that is worth finding; what decides was tuned for exactly these."),
  runs: z.int().min(1).max(mostRuns).optional().describe("New trials of a task in an arm at most."),
  concurrency: z.int().min(1).max(256).default(2).describe("Trials at the same time."),
  network: z.enum(["none", "llm", "host"]).default("none").describe("What a sandboxed trial can reach."),
  maxTrials: z.int().positive().optional(),
  maxTokens: z
    .int()
    .positive()
    .optional()
    .describe("Tokens, in and out, that models may use in one evaluation; beyond it the gateway cuts off."),
  maxCost: z.number().positive().optional().describe("Dollars one evaluation may cost."),
  maxMinutes: z.number().positive().optional(),
  judge: z
    .string()
    .min(1)
    .refine((name) => !/^(offline$|command:)/.test(name), "is no model; name one, such as ollama:qwen3:14b")
    .optional()
    .describe("The model that judges answers by rubrics, such as ollama:qwen3:14b."),
  sameFamilyJudge: z
    .boolean()
    .default(false)
    .describe("Whether it may be of the same family as the model that proposes."),
});

const analyze = z.strictObject({
  days: z.int().min(1).max(mostDays).default(7).describe("How far back an analysis looks."),
  minFailures: z.int().min(1).default(3).describe("The fewest failures that make a pattern."),
});

const hook = z.strictObject({
  plainCommits: z
    .enum(["agents", "all", "none"])
    .default("agents")
    .describe("Which commits without Kira trailers are outcomes."),
  agents: z
    .array(z.string().min(1))
    .default(["claude", "codex", "copilot", "cursor", "devin", "gemini", "aider", "openclaw"])
    .describe("Authors and co-authors whose commits are an agent's work."),
});

const limits = z.strictObject({
  fileBytes: z.int().positive().default(100_000).describe("The largest file a proposal may leave."),
  changeBytes: z.int().positive().default(400_000).describe("The most a proposal may write in all."),
  files: z.int().positive().default(20).describe("The most files a proposal may touch."),
});

const run = z.strictObject({
  proposals: z.int().min(1).max(mostProposals).default(3).describe("Proposals one cycle may try."),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  preset: z
    .enum(["claude-code", "codex", "openclaw", "generic"])
    .optional()
    .describe("The layout `init` found."),
  production: z.string().min(1).default("main").describe("The branch the agent lives on."),
  allow: z.array(glob).default([]).describe("Paths a proposal may change."),
  protect: z.array(glob).default([]).describe("Paths a proposal may never change, whatever allow says."),
  tasks: inside.default("data/tasks").describe("The folder of the task bank."),
  index: inside
    .regex(indexPattern, "has to end in .db or .sqlite")
    .default(defaultIndex)
    .describe("The SQLite index, excluded from git."),
  agent: agent.prefault({}),
  propose: propose.prefault({}),
  evaluate: evaluate.prefault({}),
  analyze: analyze.prefault({}),
  run: run.prefault({}),
  hook: hook.prefault({}),
  limits: limits.prefault({}),
});

/** The whole configuration with every default filled in. */
export type Config = z.infer<typeof configSchema>;

/**
 * @param where names the file, and the commit if it comes from one.
 * @throws KiraError `invalid`, naming each wrong key with the nearest known one
 */
export function parseConfig(text: string, where: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `${where} is not valid JSON: ${(cause as Error).message}. Correct it and run the command again.`,
      { cause },
    );
  }
  const parsed = configSchema.safeParse(withoutEmptySections(json));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => explain(issue, configSchema));
  throw new KiraError(
    "invalid",
    `${where} cannot be used: ${problems.join("; ")}. Correct it and run the command again.`,
    { problems },
  );
}

/** A section written as null is an empty one: its defaults apply. */
function withoutEmptySections(json: unknown): unknown {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

/** The JSON Schema that editors pick up. */
export function configJsonSchema(): object {
  return { title: "kira-improve", ...z.toJSONSchema(configSchema, { io: "input" }) };
}
