import { expect, test } from "vitest";
import { createAgent } from "../../src/agents/index.ts";
import { configSchema } from "../../src/domain/config.ts";
import { attempted } from "./scripted.ts";

const lines = (...events: (object | string)[]) =>
  `${events.map((event) => (typeof event === "string" ? event : JSON.stringify(event))).join("\n")}\n`;
const message = (text: string) => ({
  type: "item.completed",
  item: { id: "1", type: "agent_message", text },
});
const started = [{ type: "thread.started", thread_id: "0199" }, { type: "turn.started" }];
const completed = {
  type: "turn.completed",
  usage: { input_tokens: 2000, cached_input_tokens: 1500, output_tokens: 60 },
};
const turnFailed = (text: string) => ({ type: "turn.failed", error: { message: text } });
const good = { ending: "finished", failed: false, text: "Sorted.", retryAt: null };

test("Codex gets the prompt on its input, its own settings folder, and no session is kept", async () => {
  const { args, stdin, environment } = await attempted(
    "codex",
    { prints: lines(...started, message("Sorted."), completed) },
    { model: "gpt-5-codex" },
    { CODEX_HOME: "/users/me/.codex", OPENAI_API_KEY: "secret" },
  );
  expect(args.join(" ")).toBe(
    "exec --json --ephemeral --skip-git-repo-check -s workspace-write -m gpt-5-codex -o /trial/.kira/result.json -",
  );
  expect(stdin).toBe("Sort the mail.\n");
  expect(environment["CODEX_HOME"]).toBe("/trial/.kira/home");
  expect(JSON.stringify(environment)).not.toContain("secret");
});

test("the last message is the answer, and the tokens of all turns count", async () => {
  const prints = lines(...started, message("First."), completed, message("Sorted."), completed);
  expect(await attempted("codex", { prints })).toMatchObject({
    ...good,
    tokens: 4120,
    costUsd: 0,
    model: null,
  });
});

test.each<[what: string, prints: string]>([
  [
    "events nobody knows come between",
    lines(
      ...started,
      { type: "item.completed", item: { type: "reasoning", text: "Hm." } },
      { type: "rate_limits.updated", item: null },
      { type: "item.updated", item: { type: "todo_list", items: [] } },
      message("Sorted."),
      { type: "item.completed", item: { type: "command_execution", exit_code: 1, aggregated_output: "no" } },
      completed,
    ),
  ],
  [
    "warnings are no JSON",
    lines("WARNING: old config", ...started, "{", message("Sorted."), completed, "bye"),
  ],
  [
    "an item warns",
    lines(
      ...started,
      { type: "item.completed", item: { type: "error", message: "MCP is slow" } },
      message("Sorted."),
      completed,
    ),
  ],
  [
    "it had to connect again",
    lines(
      ...started,
      { type: "error", message: "Reconnecting... 1/5 (stream disconnected)" },
      message("Sorted."),
      completed,
    ),
  ],
  [
    "an old version wrote it",
    lines({ type: "item.completed", item: { item_type: "assistant_message", text: "Sorted." } }, completed),
  ],
])("the answer is found where %s", async (_, prints) => {
  expect(await attempted("codex", { prints })).toMatchObject(good);
});

test("the answer is read from its file where the events are too many to keep", async () => {
  const noise = lines({ type: "item.completed", item: { type: "reasoning", text: "x".repeat(1_100_000) } });
  const prints = lines(...started, message("First.")) + noise;
  expect(await attempted("codex", { prints, leaves: "Sorted." })).toMatchObject(good);
});

test.each<[what: string, text: string]>([
  ["an overloaded provider", "unexpected status 503 Service Unavailable: {}"],
  ["a rate limit", "exceeded retry limit, last status: 429 Too Many Requests"],
  ["no access", "unexpected status 401 Unauthorized: Missing bearer authentication"],
  ["a cut connection", "stream disconnected before completion: error sending request"],
])("%s is no failure of the agent", async (_, text) => {
  const prints = lines(...started, { type: "error", message: text }, turnFailed(text));
  expect(await attempted("codex", { prints, exits: 1 })).toMatchObject({ ending: "error", failed: false });
});

test("a quota that is used up can be tried again when Codex says", async () => {
  const text =
    "You've hit your usage limit. Upgrade to Pro (https://openai.test) or try again in 2 hours 5 minutes.";
  const prints = lines(...started, { type: "error", message: text }, turnFailed(text));
  expect(await attempted("codex", { prints, exits: 1 })).toMatchObject({
    ending: "error",
    failed: false,
    retryAt: "2026-01-14T16:35:00.000Z",
  });
});

test("a connection that is never made again looks slow, and is no failure of the agent", async () => {
  const prints = lines(...started, { type: "error", message: "Reconnecting... 4/5 (connection refused)" });
  const answer = await attempted("codex", { prints, then: "sleep 30" }, { timeoutSeconds: 1 });
  expect(answer).toMatchObject({ ending: "error", failed: false });
});

test.each<[what: string, script: object, reason: RegExp]>([
  [
    "fails its turn",
    { prints: lines(...started, message("Hm."), turnFailed("context window exceeded")) },
    /gave up: context window exceeded\./,
  ],
  ["exits with 1", { prints: lines(...started, message("Sorted."), completed), exits: 1 }, /gave up/],
  [
    "exits with 2",
    { prints: lines(...started, message("Sorted."), completed), exits: 2, complains: "panic" },
    /ended with 2: panic/,
  ],
])("an agent that %s has failed", async (_, script, reason) => {
  const answer = await attempted("codex", script);
  expect(answer).toMatchObject({ ending: "finished", failed: true });
  expect(answer.reason).toMatch(reason);
});

test("a program that gave no event was not let do its work", async () => {
  const answer = await attempted("codex", { complains: "Error: CODEX_HOME is not a folder", exits: 1 });
  expect(answer).toMatchObject({ ending: "error", failed: false });
  expect(answer.reason).toContain("gave no result: Error: CODEX_HOME is not a folder.");
});

test("a limit of turns is refused, because Codex has none", () => {
  const { agent } = configSchema.parse({ agent: { use: "codex", maxTurns: 3 } });
  expect(() => createAgent(agent, {})).toThrow(/has no limit of turns\. Take it out/);
});
