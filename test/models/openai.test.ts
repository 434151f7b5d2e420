import { describe, expect, test } from "vitest";
import { openModel } from "../../src/models/index.ts";
import { readEvents } from "../../src/models/sse.ts";
import { aRequest } from "../contracts/model.ts";
import { aModelServer, type Reply } from "../support/providers/model-server.ts";

const at = (url: string, environment: Record<string, string> = {}, name = "some-model") =>
  openModel(`openai:${name}`, {
    baseUrls: {},
    prices: {},
    environment: { OPENAI_BASE_URL: url, ...environment },
  });

async function answerTo(reply: Reply) {
  await using server = await aModelServer("openai", { script: () => reply });
  return await at(server.baseUrl).complete(aRequest());
}

test("without a key, OpenAI itself is not asked, and the variable is named", async () => {
  const model = openModel("openai:gpt-5", { baseUrls: {}, prices: {}, environment: {} });
  await expect(model.complete(aRequest())).rejects.toThrow(
    "OpenAI at https://api.openai.com/v1 wants a key. Put it into OPENAI_API_KEY, or the address of a server of your own into OPENAI_BASE_URL.",
  );
});

test("another server needs no key, and gets one that is set", async () => {
  await using open = await aModelServer("openai");
  await at(open.baseUrl).complete(aRequest());
  expect(open.received[0]!.headers.authorization).toBeUndefined();
  await using closed = await aModelServer("openai", { key: "sk-one" });
  await at(closed.baseUrl, { OPENAI_API_KEY: "sk-one" }).complete(aRequest());
  await expect(at(closed.baseUrl).complete(aRequest())).rejects.toThrow(
    /wants a key \(HTTP 401: "wrong key"\)\. Put it into OPENAI_API_KEY\./,
  );
});

test("a forgotten /v1 is thought of", async () => {
  await using server = await aModelServer("openai");
  await expect(at(server.url).complete(aRequest())).rejects.toThrow(
    /is no OpenAI-compatible server .*Correct OPENAI_BASE_URL; most addresses end in \/v1\.$/,
  );
});

test("a server that cannot stream is understood as well", async () => {
  const whole = {
    model: "some-model",
    choices: [{ message: { role: "assistant", content: "All at once." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  };
  expect(await answerTo({ raw: JSON.stringify(whole), type: "application/json" })).toMatchObject({
    text: "All at once.",
    inputTokens: 1,
    outputTokens: 2,
  });
});

test("an error that comes with status 200 is an error", async () => {
  const raw = '{"error":"Unexpected endpoint or method. (POST /chat/completions)"}';
  await expect(answerTo({ raw, type: "application/json" })).rejects.toThrow(/Unexpected endpoint or method/);
});

test("a refusal and a filter are told", async () => {
  expect(await answerTo({ text: "", stop: "refusal" })).toMatchObject({ text: "", stop: "refusal" });
  const refusal = { choices: [{ delta: { refusal: "I cannot." }, finish_reason: "stop" }] };
  expect(await answerTo({ raw: `data: ${JSON.stringify(refusal)}\n\ndata: [DONE]\n\n` })).toMatchObject({
    text: "I cannot.",
    stop: "refusal",
  });
});

test("credit that is used up is not waited for", async () => {
  const error = { message: "You exceeded your current quota.", code: "insufficient_quota" };
  await using server = await aModelServer("openai", {
    script: () => ({ status: 429, body: JSON.stringify({ error }), headers: { "retry-after": "0" } }),
  });
  await expect(at(server.baseUrl).complete(aRequest())).rejects.toThrow(
    /allows you no more requests .*You exceeded your current quota/,
  );
  expect(server.asked).toHaveLength(1);
});

describe("events of a stream", () => {
  async function eventsOf(...chunks: string[]): Promise<string[]> {
    const body = ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk, "latin1")));
    const events: string[] = [];
    for await (const event of readEvents(body)) events.push(event);
    return events;
  }

  test.each<[string, string[], string[]]>([
    ["with any end of line", ["data: a\n\ndata: b\r\n\r\ndata: c\r\rdata:d\n\n"], ["a", "b", "c", "d"]],
    ["cut anywhere", ["da", "ta: a\r", "\n\r", "\nda", "ta: b\n", "\n"], ["a", "b"]],
    ["of several lines", ["data: a\ndata: b\n\n"], ["a\nb"]],
    ["with comments, names and ids", [": hi\nevent: x\nid: 1\ndata: a\n\n: bye\n\n"], ["a"]],
    ["with a letter cut in two", ["data: \xc3", "\xa4\n\n"], ["ä"]],
    ["without one that broke off", ["data: a\n\ndata: b"], ["a"]],
  ])("are read %s", async (_, chunks, events) => {
    expect(await eventsOf(...chunks)).toEqual(events);
  });
});
