import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { openGateway } from "../../src/gateway/gateway.ts";
import { findPrice } from "../../src/models/prices.ts";
import { aGateway, ask, begin, json, openFolder } from "./support.ts";
import { paths, spoken } from "./upstream.ts";

const cutOff = { reason: expect.stringContaining("The trial was cut off: the limit of"), passing: false };

test.each([
  ["dollars", { costUsd: 0.003 }, "the limit of $0.003 is reached"],
  ["tokens", { tokens: 200 }, "the limit of 200 tokens is reached"],
])(
  "at a limit of %s nothing more is asked, and the trial is not the agent's failure",
  async (_, allowance, why) => {
    await using open = await aGateway({ allowance });
    const asked = async () => (await ask(open.pass, "anthropic", {})).status;
    expect([await asked(), await asked()]).toEqual([200, 200]);
    expect([open.gateway.stopped, open.pass.excuse(true)]).toEqual([undefined, undefined]);
    const { status, body } = await ask(open.pass, "anthropic", {});
    expect([status, body]).toEqual([402, expect.stringContaining(why)]);
    expect(JSON.parse(body)).toMatchObject({ type: "error", error: { type: "budget_exceeded" } });
    expect(open.upstream.seen).toHaveLength(2);
    expect([open.gateway.stopped, open.pass.excuse(false)]).toEqual([why, cutOff]);
  },
);

test("a limit is one for all trials of an evaluation", async () => {
  await using open = await aGateway({ allowance: { tokens: 100 } });
  await using other = await open.gateway.open({ key: "trial-2", directory: "/nowhere" });
  await ask(open.pass, "ollama", { path: "/api/chat" });
  const { status, body } = await ask(other, "ollama", { path: "/api/chat", headers: {} });
  expect([status, JSON.parse(body)]).toEqual([402, { error: expect.stringContaining("100 tokens") }]);
  expect(other.excuse(false)).toEqual(cutOff);
  expect(open.pass.excuse(true)).toBeUndefined();
});

test("a model that is on the list of prices costs what that says, with nothing configured", async () => {
  await using open = await aGateway({ prices: {} });
  const served = { model: "claude-sonnet-4-5-20250929", usage: { input_tokens: 1e5, output_tokens: 1e5 } };
  open.upstream.script = (_, response) => response.end(json(served));
  await ask(open.pass, "anthropic", {});
  await open.pass.close();
  expect(open.pass.usage.costUsd).toBeCloseTo(1.8, 9);
  expect([...open.gateway.unpriced]).toEqual([]);
});

test("under a limit of dollars a model without a known price is stopped, and its trial counts for nothing", async () => {
  await using open = await aGateway({ prices: {}, allowance: { costUsd: 100 } });
  await ask(open.pass, "anthropic", {});
  const why = "no price of anthropic:claude-test-1 is known, so the limit of cost cannot be kept";
  const { status, body } = await ask(open.pass, "anthropic", {});
  expect([status, body]).toEqual([402, expect.stringContaining(why)]);
  expect(open.upstream.seen).toHaveLength(1);
  expect(open.pass.excuse(false)).toEqual({ reason: `The trial was cut off: ${why}.`, passing: false });
  expect(open.gateway.stopped).toBe(why);
});

test("a server of one's own that wants no key costs nothing, and no limit of dollars stops it", async () => {
  const environment = { OLLAMA_HOST: "" };
  await using open = await aGateway({ prices: {}, environment, allowance: { costUsd: 1 } });
  for (const _ of [1, 2])
    expect((await ask(open.pass, "openai", { path: "/v1/chat/completions" })).status).toBe(200);
  await open.pass.close();
  expect([open.pass.usage.costUsd, open.gateway.unpriced.size]).toEqual([0, 0]);
});

test("a model without a known price is named", async () => {
  await using open = await aGateway({ prices: {} });
  await ask(open.pass, "anthropic", {});
  await ask(open.pass, "ollama", { path: "/api/chat" });
  await open.pass.close();
  expect([...open.gateway.unpriced]).toEqual(["anthropic:claude-test-1"]);
});

test.each([["claude-test"], ["anthropic:claude-test"], ["claude-test-20260101"]])(
  "a price for %s holds for an edition of it",
  async (name) => {
    await using open = await aGateway({ prices: { [name]: { input: 1000, output: 1000 } } });
    const model = { model: "claude-test-20260101", usage: { input_tokens: 500, output_tokens: 500 } };
    open.upstream.script = (_, response) => response.end(json(model));
    await ask(open.pass, "anthropic", {});
    await open.pass.close();
    expect(open.pass.usage.costUsd).toBeCloseTo(1, 9);
  },
);

describe("an agent that gives up after its provider failed is excused:", () => {
  const failures: [string, number, string][] = [
    ["rate limits", 429, json({ error: { message: "Slow down." } })],
    ["overload", 529, json({ error: { type: "overloaded_error", message: "Overloaded" } })],
    ["a key that is refused", 401, json({ error: { message: "invalid x-api-key" } })],
    ["a failing server", 500, "<html>oops</html>"],
    ["an empty account", 400, json({ error: { message: "Your credit balance is too low" } })],
  ];

  test.each(failures)("%s", async (_, status, body) => {
    await using open = await aGateway();
    open.upstream.script = (__, response) => {
      response.writeHead(status, { "retry-after": "7", "content-type": "application/json" }).end(body);
    };
    const heard = await ask(open.pass, "anthropic", {});
    // As the provider said it: the agent's library knows what to do.
    expect([heard.status, heard.headers["retry-after"], heard.body]).toEqual([status, "7", body]);
    const excuse = { reason: expect.stringContaining(`anthropic answered ${status}`), passing: true };
    expect(open.pass.excuse(true)).toEqual(excuse);
    // Nothing at all came from its model: that it did not give up is no merit.
    expect(open.pass.excuse(false)).toEqual(excuse);
  });

  test("a server that is not there", async () => {
    await using open = await aGateway();
    await open.upstream[Symbol.asyncDispose]();
    const { status, body } = await ask(open.pass, "anthropic", {});
    expect([status, body]).toEqual([502, expect.stringContaining("cannot be reached (ECONNREFUSED)")]);
    expect(open.pass.excuse(true)?.reason).toMatch(/^The agent could not reach its model: anthropic cannot/);
  });

  test("an answer that breaks off", async () => {
    await using open = await aGateway();
    open.upstream.script = (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(spoken.anthropic[0], () => response.destroy());
    };
    const [response] = (await once(begin(open.pass, "anthropic", {}), "response")) as [IncomingMessage];
    await expect(text(response)).rejects.toThrow("aborted");
    await open.pass.close();
    expect(open.pass.excuse(true)?.reason).toContain("anthropic broke off in the middle of an answer");
  });

  test.each([
    [
      "anthropic",
      paths.anthropic,
      `event: error\ndata: {"type":"error","error":{"message":"Overloaded"}}\n\n`,
    ],
    ["openai", paths.openai, `data: {"error":{"message":"Overloaded"}}\n\n`],
    ["ollama", paths.ollama, `{"error":"Overloaded"}\n`],
  ] as const)("an error of %s in the middle of an answer", async (provider, path, error) => {
    await using open = await aGateway();
    open.upstream.script = (_, response) => {
      const type = provider === "ollama" ? "application/x-ndjson" : "text/event-stream";
      response.writeHead(200, { "content-type": type });
      response.end([...spoken[provider].slice(0, 1), error].join(""));
    };
    await ask(open.pass, provider, { path });
    await open.pass.close();
    expect(open.pass.excuse(true)?.reason).toContain(`${provider} broke off: Overloaded`);
  });
});

describe("an agent is not excused", () => {
  test("by a failure that it got over", async () => {
    await using open = await aGateway();
    const { script } = open.upstream;
    open.upstream.script = (_, response) => response.writeHead(529).end();
    await ask(open.pass, "anthropic", {});
    open.upstream.script = script;
    await ask(open.pass, "anthropic", {});
    expect(open.pass.excuse(true)).toBeUndefined();
  });

  test("by a last failure that it did not give up over, having been answered before", async () => {
    await using open = await aGateway();
    await ask(open.pass, "anthropic", {});
    open.upstream.script = (_, response) => response.writeHead(529).end();
    await ask(open.pass, "anthropic", {});
    expect(open.pass.excuse(false)).toBeUndefined();
    expect(open.pass.excuse(true)).toBeDefined();
  });

  test.each([
    ["a request that is wrong", 400, json({ error: { message: "max_tokens: required" } })],
    ["a model that does not exist", 404, json({ error: { message: "model: no-such-model" } })],
  ])("by %s", async (_, status, body) => {
    await using open = await aGateway();
    open.upstream.script = (__, response) => response.writeHead(status).end(body);
    await ask(open.pass, "anthropic", {});
    expect(open.pass.excuse(true)).toBeUndefined();
  });

  test("when it asked for nothing, or for what nobody may ask", async () => {
    await using open = await aGateway();
    expect(open.pass.excuse(true)).toBeUndefined();
    await ask(open.pass, "anthropic", { path: "/v1/files" });
    expect(open.pass.excuse(true)).toBeUndefined();
  });
});

test("without any model to reach, the user is told what to set", async () => {
  const { OLLAMA_HOST: _, ...environment } = { OLLAMA_HOST: "" };
  const nothing = { baseUrls: {}, environment, prices: {}, listPrice: findPrice, openFolder, allowance: {} };
  // On a machine where Ollama runs there is one.
  const opened = await openGateway(nothing).then(
    (gateway) => gateway[Symbol.asyncDispose](),
    (error: unknown) => error,
  );
  if (opened === undefined) return;
  expect(opened).toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(/Set ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama/),
  });
});
