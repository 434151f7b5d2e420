import { expect, test } from "vitest";
import { attempted } from "./scripted.ts";

const model = "claude-sonnet-4-5-20250929";

/** What Claude Code prints at its end. */
const result = (changes: object = {}) => ({
  type: "result",
  subtype: "success",
  is_error: false,
  duration_ms: 4210,
  num_turns: 3,
  result: "Sorted: 3 letters.",
  session_id: "4f5d9a0e",
  total_cost_usd: 0.0123,
  usage: {
    input_tokens: 12,
    cache_creation_input_tokens: 300,
    cache_read_input_tokens: 4000,
    output_tokens: 88,
    server_tool_use: { web_search_requests: 0 },
  },
  modelUsage: {
    "claude-3-5-haiku-20241022": { inputTokens: 200, outputTokens: 200, costUSD: 0.001 },
    [model]: { inputTokens: 12, outputTokens: 88, costUSD: 0.0113 },
  },
  permission_denials: [],
  ...changes,
});
const printed = (changes: object = {}) => JSON.stringify(result(changes));
const reversed = JSON.stringify(Object.fromEntries(Object.entries(result()).reverse()));
const good = { ending: "finished", failed: false, text: "Sorted: 3 letters.", retryAt: null };

test("Claude Code gets the prompt on its input, and neither servers nor settings of the user's", async () => {
  const { args, stdin, environment } = await attempted(
    "claude-code",
    { prints: printed() },
    { model: "sonnet", maxTurns: 7 },
    { HOME: "/users/me", ANTHROPIC_API_KEY: "secret" },
  );
  expect(args.join(" ")).toBe(
    "-p --output-format json --model sonnet --max-turns 7 --permission-mode acceptEdits --strict-mcp-config --setting-sources project",
  );
  expect(stdin).toBe("Sort the mail.\n");
  const { HOME, CLAUDE_CONFIG_DIR } = environment;
  expect({ HOME, CLAUDE_CONFIG_DIR }).toEqual({
    HOME: "/trial/.kira/home",
    CLAUDE_CONFIG_DIR: "/trial/.kira/home/.claude",
  });
  expect(JSON.stringify(environment)).not.toContain("secret");
});

test("what it answers, costs and uses is read, and which model served it", async () => {
  const answer = await attempted("claude-code", { prints: printed() });
  expect(answer).toMatchObject({ ...good, costUsd: 0.0123, tokens: 4400, model, reason: "" });
  const asked = await attempted("claude-code", { prints: printed() }, { model: "haiku" });
  expect(asked.model).toBe("claude-3-5-haiku-20241022");
});

test.each<[what: string, prints: string]>([
  ["its keys come in another order", reversed],
  ["a banner comes first", `Welcome!\n{"type":"notice"}\nwarning: {old config}\n${printed()}`],
  ["something comes after it", `${printed()}\nA new version is available.\n`],
  ["it is printed over many lines", `Loading…\n${JSON.stringify(result(), null, 2)}\n`],
  ["it is the last of many messages", JSON.stringify([{ type: "system" }, { type: "assistant" }, result()])],
  ["it has fields nobody knows", printed({ modelUsage: "soon", usage: { input_tokens: "many" }, new: [1] })],
])("the result is found where %s", async (_, prints) => {
  expect(await attempted("claude-code", { prints })).toMatchObject(good);
});

test("a tool that was denied is no failure, and the denial is told", async () => {
  const denied = { permission_denials: [{ tool_name: "Bash", tool_use_id: "1" }, { tool_name: "Bash" }] };
  const answer = await attempted("claude-code", { prints: printed(denied) });
  expect(answer).toMatchObject({ ...good, reason: "It was denied Bash." });
});

const failing = (text: string, status: number | null) => ({
  prints: printed({ is_error: true, result: text, api_error_status: status, total_cost_usd: 0.002 }),
  exits: 1,
});

test.each<[what: string, text: string, status: number | null]>([
  ["an overloaded provider", 'API Error: 529 {"type":"overloaded_error"}', 529],
  ["a rate limit", 'API Error: 429 {"type":"rate_limit_error"}', 429],
  ["an internal error", "API Error: 500 Internal server error", 500],
  ["a status that only the text tells", "API Error: 503 upstream", null],
  ["a wrong key", "Invalid API key · Fix external API key", 401],
  ["no login", "Not logged in · Please run /login", null],
  ["a model that is not there", "There's an issue with the selected model", 404],
  ["no money", "Credit balance is too low", 400],
  ["no network", "API Error: Unable to connect to API (ECONNREFUSED)", null],
])("%s is no failure of the agent", async (_, text, status) => {
  const answer = await attempted("claude-code", failing(text, status));
  expect(answer).toMatchObject({ ending: "error", failed: false, retryAt: null, costUsd: 0.002 });
  expect(answer.reason).toContain("claude-code could not work: ");
});

test("who is not let in learns what a trial can use", async () => {
  const { reason } = await attempted("claude-code", failing("Not logged in · Please run /login", 401));
  expect(reason).toContain('an API key (ANTHROPIC_API_KEY), with evaluate.network "llm"');
  expect(reason).toContain("a Claude subscription (claude /login) is not shown to it");
});

test.each<[text: string, until: string | null]>([
  ["Claude AI usage limit reached|1768410000", "2026-01-14T17:00:00.000Z"],
  ["5-hour limit reached ∙ resets 3pm (UTC)", "2026-01-14T15:00:00.000Z"],
  ["You've hit your limit · resets 9am (Europe/Paris)", "2026-01-15T08:00:00.000Z"],
  ["You've hit your weekly limit.", null],
])("%s: it can be tried again at %s", async (text, retryAt) => {
  const answer = await attempted("claude-code", failing(text, 429));
  expect(answer).toMatchObject({ ending: "error", failed: false, retryAt });
});

test.each<[what: string, script: object, reason: RegExp]>([
  ["asks too much of its model", failing("Prompt is too long", 400), /gave up: Prompt is too long\./],
  [
    "used all its turns",
    { prints: printed({ subtype: "error_max_turns", result: undefined }), exits: 0 },
    /gave up: error max turns\./,
  ],
  [
    "ends badly after its answer",
    { prints: printed(), exits: 3, complains: "hook failed" },
    /ended with 3: hook failed/,
  ],
  ["kills its own program", { then: "kill -KILL $$" }, /ended with SIGKILL/],
  ["prints without end", { prints: "x".repeat(1_100_000) }, /more than can be read/],
])("an agent that %s has failed", async (_, script, reason) => {
  const answer = await attempted("claude-code", script);
  expect(answer).toMatchObject({ ending: "finished", failed: true, retryAt: null });
  expect(answer.reason).toMatch(reason);
});

test.each<[what: string, script: object]>([
  ["is cut off", { prints: printed().slice(0, 200) }],
  ["is missing", { complains: "error: unknown option '--strict-mcp-config'", exits: 1 }],
  ["is that of another program", { prints: '{"type":"greeting","is_error":false}' }],
])("where the result %s, the agent was not let do its work", async (_, script) => {
  const answer = await attempted("claude-code", script);
  expect(answer).toMatchObject({ ending: "error", failed: false });
  expect(answer.reason).toContain("gave no result");
});

test("an answer that speaks of limits and errors is an answer", async () => {
  const text = "API Error: 529 means overloaded. Claude AI usage limit reached|1768410000";
  expect(await attempted("claude-code", { prints: printed({ result: text }) })).toMatchObject({
    ...good,
    text,
  });
});

test("an agent that runs out of time is judged by what it left", async () => {
  const slow = { then: "sleep 30" };
  expect(await attempted("claude-code", slow, { timeoutSeconds: 1 })).toMatchObject({
    ending: "timeout",
    failed: false,
  });
});

test("the program can be another one, and its options stay", async () => {
  const { args } = await attempted(
    "claude-code",
    { prints: printed() },
    { command: ["env", "A=1", "claude"] },
  );
  expect(args.slice(0, 2)).toEqual(["-p", "--output-format"]);
});
