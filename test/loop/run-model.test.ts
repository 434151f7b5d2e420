import { expect, test } from "vitest";
import { missing } from "../hostile/support.ts";
import type { Asked } from "../support/providers/dialect.ts";
import { aModelServer } from "../support/providers/model-server.ts";
import { kiraJson } from "../support/kira.ts";
import {
  agentConfig,
  anAgentRepository,
  aTask,
  type Files,
  type TestRepository,
} from "../support/repository.ts";
import { anAnswer } from "../support/scripted-model.ts";
import { configWith, failuresAbout } from "./support.ts";

const lessons = { useless: "Be thorough.", right: "food: dates, eggs, figs, grapes, honey, ice, jam" };
type Lesson = keyof typeof lessons;

/** What a model answers that has drawn this lesson. */
const drawing = (lesson: Lesson) =>
  anAnswer({
    hypothesis: `If it says "${lessons[lesson]}", then more food is known, because it does not say so today.`,
    edits: [
      {
        kind: "replace",
        path: "skills/lessons.md",
        find: "# Lessons\n",
        replace: `# Lessons\n\n- ${lessons[lesson]}\n`,
      },
    ],
  });

/** One way to a proposal, and what of it is on record. */
interface Way extends AsyncDisposable {
  readonly model: string;
  readonly propose?: object;
  readonly files?: Files;
  readonly agent?: object;
  readonly evaluate?: object;
  readonly env: Readonly<Record<string, string>>;
  readonly recorded: object;
}

const asked = { rounds: 1, inputTokens: 12, outputTokens: 34 };

/** @param draws the lesson that is drawn next */
const ways = {
  async ollama(draws: () => Lesson): Promise<Way> {
    const server = await aModelServer("ollama", { models: ["qwen3:14b"], script: () => drawing(draws()) });
    return {
      model: "qwen3:14b",
      env: { OLLAMA_HOST: server.url },
      recorded: { model: "ollama:qwen3:14b", costUsd: 0, asked },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },

  /** The agent asks the same server, through the gateway: it answers well only when the lesson is in the prompt. */
  async anthropic(draws: () => Lesson): Promise<Way> {
    const attempt = ({ text, system }: Asked) =>
      new RegExp(`\\b${text.trim().split(" ").at(-1)}\\b`).test(system) ? "yes" : "no";
    const script = (request: Asked) =>
      request.system.startsWith("You improve the configuration") ? drawing(draws()) : attempt(request);
    const server = await aModelServer("anthropic", { models: ["claude-sonnet-5-5"], script });
    return {
      model: "claude-sonnet-5-5",
      agent: { ...agentConfig.agent, command: ["node", "agent.mjs"] },
      evaluate: { network: "llm" },
      files: { "agent.mjs": streamingAgent },
      env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "sk-ant-one" },
      recorded: { model: "anthropic:claude-sonnet-5-5", costUsd: (12 * 2 + 34 * 10) / 1e6, asked },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },

  async openai(draws: () => Lesson): Promise<Way> {
    const server = await aModelServer("openai", { models: ["local/qwen3"], script: () => drawing(draws()) });
    const prices = { "local/qwen3": { input: 1000, output: 500 } };
    return {
      model: "openai:local/qwen3",
      propose: { baseUrls: { openai: server.baseUrl }, prices },
      env: {},
      recorded: { model: "openai:local/qwen3", costUsd: 0.029, asked },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },

  async command(draws: () => Lesson): Promise<Way> {
    const script = `echo "- $LESSON" >>skills/lessons.md
      echo '{"text":"Risk: low","costUsd":0.25,"model":"m-1"}' >"$KIRA_RESULT_FILE"`;
    return {
      model: "command:fixer",
      propose: { commands: { fixer: { command: ["sh", "-c", script], env: ["LESSON"] } } },
      get env() {
        return { LESSON: lessons[draws()] };
      },
      recorded: { model: "command:fixer (m-1)", costUsd: 0.25 },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
};

/** An agent that asks its model with its configuration as the system prompt, and reads the stream. */
const streamingAgent = `import { readFileSync } from "node:fs";
const { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: key } = process.env;
const system = ["AGENTS.md", "skills/lessons.md"].map((file) => readFileSync(file, "utf8")).join("\\n");
const messages = [{ role: "user", content: readFileSync(0, "utf8") }];
const body = JSON.stringify({ model: "claude-sonnet-5-5", system, messages, max_tokens: 100, stream: true });
const headers = { "x-api-key": key, "content-type": "application/json" };
const answer = await fetch(url + "/v1/messages", { method: "POST", headers, body });
if (!answer.ok) process.exit(75);
const said = [...(await answer.text()).matchAll(/"text_delta","text":"([^"]*)"/g)];
console.log(said.map(([, text]) => text).join(""));
`;

interface Cycle {
  readonly attempts: readonly {
    readonly outcome: string;
    readonly proposal: { readonly id: number; readonly [fact: string]: unknown };
    readonly evaluation: { readonly verdict: string; readonly contained: boolean };
    readonly node: { readonly tag: string } | null;
  }[];
}

/** A repository that has logged failures, and whose proposer is that one. */
async function learningOn(way: Way): Promise<TestRepository> {
  const { agent = agentConfig.agent, propose, evaluate, files } = way;
  const repository = await anAgentRepository({
    ...configWith({
      agent,
      protect: ["agent.sh", "agent.mjs"],
      propose: { model: "offline", ...propose },
      evaluate: { concurrency: 2, ...evaluate },
    }),
    ...aTask("bread", { enabled: false }),
    ...aTask("cheese", { enabled: false }),
    ...files,
  });
  await failuresAbout(repository, "dates", 6);
  if (missing) await repository.git("config", "kira.allowUncontainedProposer", "fixer");
  return repository;
}

/** One cycle with one proposal. */
async function cycleOn({ folder }: TestRepository, { model, env }: Way) {
  const args = ["run", "--model", model, "--proposals", "1", ...(missing ? ["--allow-unsandboxed"] : [])];
  return (await kiraJson<{ cycle: Cycle }>({ folder, env }, ...args)).cycle.attempts[0]!;
}

test.each(Object.keys(ways) as (keyof typeof ways)[])(
  `run --model, %s: what does not help is refused, what helps is merged, and its price is on record ${missing}`,
  async (kind) => {
    let lesson: Lesson = "useless";
    await using way = await ways[kind](() => lesson);
    await using repository = await learningOn(way);
    const before = await repository.git("rev-parse", "main");

    const refused = await cycleOn(repository, way);
    expect(refused).toMatchObject({ outcome: "refused", proposal: way.recorded, node: null });
    expect(refused.evaluation.verdict).not.toBe("improved");
    expect(await repository.git("rev-parse", "main")).toBe(before);

    lesson = "right";
    const merged = await cycleOn(repository, way);
    expect(merged).toMatchObject({
      outcome: "merged",
      proposal: way.recorded,
      evaluation: { verdict: "improved", contained: !missing },
      node: { tag: "kira/archive/0001" },
    });
    expect(await repository.git("rev-parse", "main^")).toBe(before);
    expect(await repository.git("rev-parse", "kira/archive/0001^{commit}")).toBe(
      await repository.git("rev-parse", "main"),
    );
    expect(await repository.git("show", "main:skills/lessons.md")).toContain("figs");
    expect(await repository.git("status", "--porcelain")).toBe("");
  },
  // Some two hundred processes, each in a sandbox.
  180_000,
);
