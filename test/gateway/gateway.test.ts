import { once } from "node:events";
import { statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { openGateway } from "../../src/gateway/gateway.ts";
import type { ProtocolName } from "../../src/gateway/index.ts";
import { aGateway, ask, begin, json, keys, socketOf, tokenOf, openFolder } from "./support.ts";
import { anUpstream, paths, spoken, type Way, whole } from "./upstream.ts";

const ways = Object.keys(paths) as Way[];
const providerOf = (way: Way): ProtocolName => (way === "responses" ? "openai" : way);

describe.each(ways)("an agent that speaks the protocol %s", (way) => {
  const provider = providerOf(way);
  const path = paths[way];

  test.each([true, false])("is answered as the provider answers, streaming: %s", async (stream) => {
    await using open = await aGateway();
    const { status, body } = await ask(open.pass, provider, { path, body: json({ stream }) });
    expect(status).toBe(200);
    expect(body).toBe(stream ? spoken[way].join("") : json(whole[way]));
    expect(open.upstream.seen).toMatchObject([{ method: "POST", url: path, body: json({ stream }) }]);
  });

  test.each([true, false])("has its tokens and its money counted outside, streaming: %s", async (stream) => {
    await using open = await aGateway();
    for (let time = 0; time < 2; time++) await ask(open.pass, provider, { path, body: json({ stream }) });
    await open.pass.close();
    // Of Anthropic's 100 tokens that go in, 60 come from its cache in the stream, at a tenth of the price.
    const input = way === "anthropic" && stream ? 46 : 100;
    const costUsd = way === "ollama" ? 0 : (2 * (10 * input + 50 * 20)) / 1e6;
    const model = { anthropic: "claude-test-1", ollama: "tiny", openai: "gpt-test" }[provider];
    expect(open.pass.usage).toEqual({
      ...{ inputTokens: 200, outputTokens: 40, model },
      costUsd: expect.closeTo(costUsd, 9),
    });
  });

  test("hears the first piece before the provider has said the last", async () => {
    await using open = await aGateway();
    const goOn = Promise.withResolvers<void>();
    open.upstream.script = async (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(spoken[way][0]!);
      await goOn.promise;
      response.end(spoken[way].slice(1).join(""));
    };
    const [response] = (await once(begin(open.pass, provider, { path }), "response")) as [IncomingMessage];
    const [first] = (await once(response, "data")) as [Buffer];
    expect(first.toString()).toBe(spoken[way][0]);
    goOn.resolve();
    expect(await text(response)).toBe(spoken[way].slice(1).join(""));
  });
});

test("the provider gets the real key, and nothing that an agent might send beside it", async () => {
  await using open = await aGateway();
  const headers = {
    ...{ authorization: `Bearer ${tokenOf(open.pass)}`, cookie: "a=b", host: "elsewhere.example" },
    ...{
      "x-forwarded-for": "1.2.3.4",
      "openai-organization": "org-other",
      "anthropic-version": "2023-06-01",
    },
    ...{ connection: "keep-alive, x-api-key", "accept-encoding": "gzip", "proxy-authorization": "Basic x" },
  };
  await ask(open.pass, "anthropic", { headers });
  await ask(open.pass, "openai", { path: "/v1/chat/completions", headers });
  await ask(open.pass, "ollama", { path: "/api/chat", headers: { "x-api-key": tokenOf(open.pass) } });
  const [first, second, third] = open.upstream.seen;
  expect(first!.headers).toMatchObject({ "x-api-key": keys.anthropic, "anthropic-version": "2023-06-01" });
  expect(second!.headers.authorization).toBe(`Bearer ${keys.openai}`);
  for (const { headers: got } of [first!, second!, third!]) {
    expect(got.host).toBe(`127.0.0.1:${open.upstream.port}`);
    expect(json(got)).not.toContain(tokenOf(open.pass));
    for (const name of ["cookie", "x-forwarded-for", "openai-organization", "proxy-authorization"])
      expect(got).not.toHaveProperty(name);
  }
  expect(first!.headers).not.toHaveProperty("authorization");
  expect(third!.headers).not.toHaveProperty("x-api-key");
});

test("an agent never sees the real key, even from a provider that tells it everything it knows", async () => {
  await using open = await aGateway();
  open.upstream.script = ({ headers }, response) => {
    const told = json(headers);
    response.writeHead(headers["x-stainless-lang"] ? 500 : 200, {
      "x-request-id": keys.anthropic,
      "set-cookie": "session=1",
      "content-type": "text/event-stream",
    });
    // Also in pieces that each hold a part of it.
    for (let at = 0; at < told.length; at += 7) response.write(told.slice(at, at + 7));
    response.end();
  };
  for (const headers of [{}, { "x-stainless-lang": "js" }] as Record<string, string>[]) {
    const heard = await ask(open.pass, "anthropic", { headers });
    expect(json(heard)).not.toContain(keys.anthropic);
    expect(heard.body).toContain("*".repeat(keys.anthropic.length));
    expect(heard.headers).not.toHaveProperty("set-cookie");
  }
  expect(json(open.pass.environment)).not.toContain("real");
});

test.each<[string, Readonly<Record<string, string>>]>([
  ["no key", { "x-api-key": "" }],
  ["the real key", { "x-api-key": keys.anthropic }],
  ["a key of its own", { authorization: "Bearer sk-mine", "x-api-key": "sk-mine" }],
])("a request with %s is refused", async (_, headers) => {
  await using open = await aGateway();
  const { status, body } = await ask(open.pass, "anthropic", { headers });
  expect([status, body]).toEqual([401, expect.stringContaining("ANTHROPIC_API_KEY")]);
  expect(open.upstream.seen).toEqual([]);
});

test("a trial's key opens its own doors and not another's, and none when the trial is over", async () => {
  await using open = await aGateway();
  await using other = await open.gateway.open({ key: "trial-2", directory: "/nowhere" });
  const headers = { "x-api-key": tokenOf(open.pass) };
  for (const [provider, path] of Object.entries({ anthropic: "/v1/messages", ollama: "/api/chat" }))
    expect((await ask(other, provider as ProtocolName, { path, headers })).status).toBe(401);
  await open.pass.close();
  await expect(ask(open.pass, "anthropic", {})).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  expect(open.upstream.seen).toEqual([]);
});

test("what one trial uses is not put on the account of another", async () => {
  await using open = await aGateway();
  await using other = await open.gateway.open({ key: "trial-2", directory: "/nowhere" });
  await Promise.all([
    ask(open.pass, "anthropic", {}),
    ask(other, "anthropic", {}),
    ask(other, "anthropic", {}),
  ]);
  await Promise.all([open.pass.close(), other.close()]);
  expect([open.pass.usage.inputTokens, other.usage.inputTokens]).toEqual([100, 200]);
});

test("an agent that hangs up is not answered further, and the provider is told", async () => {
  await using open = await aGateway();
  const hungUp = Promise.withResolvers<void>();
  open.upstream.script = (_, response: ServerResponse) => {
    response.on("close", () => hungUp.resolve());
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(spoken.anthropic[0]);
    response.write(spoken.anthropic[1]);
  };
  const request = begin(open.pass, "anthropic", {});
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "data");
  request.destroy();
  await hungUp.promise;
  await open.pass.close();
  // What went in is known from the first piece; what came out is counted by pieces.
  expect(open.pass.usage).toMatchObject({ inputTokens: 100, outputTokens: 2 });
});

test("to ask and to leave before the answer is not free", async () => {
  await using open = await aGateway();
  const asked = Promise.withResolvers<void>();
  open.upstream.script = () => asked.resolve();
  const body = json({ model: "claude-test-1", max_tokens: 500, text: "x".repeat(4000) });
  const request = begin(open.pass, "anthropic", { body }).on("error", () => undefined);
  await asked.promise;
  const closed = new Promise((resolve) => request.on("close", resolve));
  request.destroy();
  await closed;
  await open.pass.close();
  expect(open.pass.usage).toMatchObject({ outputTokens: 500, model: "claude-test-1" });
  expect(open.pass.usage.inputTokens).toBeGreaterThan(1000);
});

test("the end of a trial ends what is under way for it", async () => {
  await using open = await aGateway();
  const [begun, hungUp] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  open.upstream.script = (_, response) => {
    response.on("close", () => hungUp.resolve());
    begun.resolve();
  };
  const request = begin(open.pass, "anthropic", {}).on("error", () => undefined);
  const closed = new Promise((resolve) => request.on("close", resolve));
  await begun.promise;
  await open.pass.close();
  await Promise.all([hungUp.promise, closed]);
});

test("a provider that does not count is counted by what passed", async () => {
  await using open = await aGateway();
  open.upstream.script = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let word = 0; word < 30; word++) response.write(`data: ${json({ choices: [{ delta: word }] })}\n\n`);
    response.end();
  };
  await ask(open.pass, "openai", { path: paths.openai, body: "x".repeat(400) });
  await open.pass.close();
  expect(open.pass.usage).toMatchObject({ inputTokens: 100, outputTokens: 30 });
});

test("a redirect is not followed", async () => {
  await using elsewhere = await anUpstream();
  await using open = await aGateway();
  open.upstream.script = (_, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/v1/messages` }).end();
  };
  const heard = await ask(open.pass, "anthropic", {});
  expect([heard.status, heard.headers.location]).toEqual([502, undefined]);
  expect(elsewhere.seen).toEqual([]);
});

test("the doors lie in a folder of ours that is gone afterwards", async () => {
  const open = await aGateway();
  const folder = dirname(socketOf(open.pass, "anthropic"));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await open[Symbol.asyncDispose]();
  expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();
});

test("only providers with a key, or a server on this machine, are offered", async () => {
  await using upstream = await anUpstream();
  const settings = { prices: {}, listPrice: () => undefined, openFolder, allowance: {} };
  const nobody = "http://127.0.0.1:9";
  const doorsWith = async (environment: Record<string, string>, baseUrls = {}) => {
    await using gateway = await openGateway({ ...settings, environment, baseUrls });
    await using pass = await gateway.open({ key: "k", directory: "/nowhere" });
    return [pass.doors.map(({ name }) => name), Object.keys(pass.environment)];
  };
  expect(await doorsWith({ OPENAI_API_KEY: "k", OLLAMA_HOST: nobody })).toEqual([
    ["openai", "ollama"],
    ["OPENAI_API_KEY", "OLLAMA_API_KEY"],
  ]);
  expect((await doorsWith({ ANTHROPIC_AUTH_TOKEN: "t", OLLAMA_HOST: nobody }))[0]).toContain("anthropic");
  expect((await doorsWith({ OLLAMA_HOST: nobody }, { anthropic: upstream.url }))[0]).toContain("anthropic");
});

test.each(["nonsense", "ftp://example.com", "https://me:pass@example.com"])(
  "an address like %s is refused, and no password of it is repeated",
  async (address) => {
    const open = aGateway({ baseUrls: { anthropic: address } });
    await expect(open).rejects.toMatchObject({
      code: "invalid",
      message: expect.not.stringContaining("pass@"),
    });
  },
);
