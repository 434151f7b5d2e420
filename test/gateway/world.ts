import { readFileSync } from "node:fs";
import { agentConfig, aGoodIdea, anAgentRepository, type TestRepository } from "../support/repository.ts";
import { adopted, configWith } from "../loop/support.ts";
import { json } from "./support.ts";
import { anUpstream, type Script, type Upstream } from "./upstream.ts";

/** A model that knows what its instructions name; an answer costs a cent. */
export const knowing: Script = ({ body }, response) => {
  const { system, prompt } = JSON.parse(body) as { system: string; prompt: string };
  const knows = new RegExp(`\\b${prompt.trim().split(" ").at(-1)}\\b`).test(system);
  const content = [{ type: "text", text: knows ? "yes" : "no" }];
  const usage = { input_tokens: 400, output_tokens: 100 };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(json({ model: "claude-test-1", content, usage }));
};

export interface World extends AsyncDisposable {
  readonly repository: TestRepository;
  readonly upstream: Upstream;
  readonly env: Readonly<Record<string, string>>;
}

/** A repository whose agent asks a model on this machine, with a proposal that helps. */
export async function aWorld(script: Script = knowing, evaluate: object = {}): Promise<World> {
  const upstream = await anUpstream(script);
  const repository = await anAgentRepository({
    ...configWith({
      agent: { ...agentConfig.agent, command: ["node", "agent.mjs"] },
      protect: ["agent.mjs"],
      propose: { ...agentConfig.propose, prices: { "claude-test-1": { input: 10, output: 60 } } },
      evaluate: { concurrency: 4, network: "llm", ...evaluate },
    }),
    "agent.mjs": readFileSync(new URL("model-agent.mjs", import.meta.url), "utf8"),
  });
  await aGoodIdea(repository);
  await adopted(repository, "good-idea");
  return {
    ...{ repository, upstream },
    env: { ANTHROPIC_BASE_URL: upstream.url, ANTHROPIC_API_KEY: "real-key" },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
