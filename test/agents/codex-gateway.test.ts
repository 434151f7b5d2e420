import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAgent } from "../../src/agents/index.ts";
import { configSchema } from "../../src/domain/config.ts";
import { attemptTask } from "../../src/loop/evaluate/attempt.ts";
import { bubblewrap } from "../../src/sandbox/bubblewrap.ts";
import { none } from "../../src/sandbox/none.ts";
import { aGateway, keys } from "../gateway/support.ts";
import { missing } from "../hostile/support.ts";
import { aSpareFolder } from "../support/repository.ts";
import { at, task } from "./scripted.ts";

/**
 * Finds its model as Codex does: by its settings, which -c makes, and never by OPENAI_BASE_URL. A value that is no
 * TOML is a text.
 */
const standIn = `
const args = process.argv.slice(2);
const settings = Object.fromEntries(args.flatMap((arg, at) => {
  if (args[at - 1] !== "-c") return [];
  const [, name, value] = /^([^=]+)=(.*)$/.exec(arg);
  return [[name, /^"/.test(value) ? JSON.parse(value) : value]];
}));
const say = (event) => console.log(JSON.stringify(event));
const id = settings.model_provider ?? "openai";
const of = (key) => settings["model_providers." + id + "." + key];
const fail = (message) => { say({ type: "turn.failed", error: { message } }); process.exit(1); };
if (["openai", "ollama", "lmstudio"].includes(id)) fail("stream disconnected: error sending request to api.openai.com");
if (!of("name") || of("wire_api") !== "responses") fail("bad provider");
say({ type: "thread.started" });
const headers = { authorization: "Bearer " + process.env[of("env_key")], "content-type": "application/json" };
const body = JSON.stringify({ model: "gpt-test", input: "Sort.", stream: true });
const answer = await fetch(of("base_url") + "/responses", { method: "POST", headers, body });
const text = await answer.text();
if (!answer.ok) fail("unexpected status " + answer.status + ": " + text);
say({ type: "item.completed", item: { type: "agent_message", text: /"delta":"(.*?)"/.exec(text)[1] } });
say({ type: "turn.completed", usage: { input_tokens: 1, output_tokens: 1 } });
`;

test.each([["none"], ["bubblewrap"]] as const)(
  "Codex reaches its model through the gateway without the key, in the sandbox %s",
  async (kind) => {
    if (kind === "bubblewrap" && missing) return;
    await using spare = await aSpareFolder();
    await using open = await aGateway();
    const directory = join(spare.folder, "trial");
    await mkdir(directory);
    await writeFile(join(directory, "codex.mjs"), standIn);
    const config = configSchema.parse({
      agent: { use: "codex", command: ["node", "codex.mjs"], timeoutSeconds: 20 },
      evaluate: { network: "llm" },
    });
    const environment = { PATH: process.env["PATH"] ?? "", OPENAI_API_KEY: keys.openai };
    const host = { searchPath: environment.PATH, repository: spare.folder };
    const sandbox = kind === "none" ? none() : bubblewrap(host);
    const setting = { config, sandbox, environment, now: () => at };
    const agent = createAgent(config.agent, environment);
    const answer = await attemptTask(setting, agent, directory, task, "seed-1", open.gateway);
    expect(answer).toMatchObject({
      ...{ ending: "finished", failed: false, text: "got it" },
      ...{ tokens: 120, model: "gpt-test", costUsd: expect.closeTo(0.002, 9) },
    });
    expect(open.upstream.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ["/v1/responses", `Bearer ${keys.openai}`],
    ]);
  },
);

test("without a gateway Codex is left to its own provider", () => {
  const { agent } = configSchema.parse({ agent: { use: "codex" } });
  const attempt = { directory: "/t", home: "/h", prompt: "", timeoutMs: 1, seed: "s" };
  expect(createAgent(agent, {}).invoke(attempt).command).not.toContain("-c");
});
