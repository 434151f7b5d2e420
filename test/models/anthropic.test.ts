import { expect, test, vi } from "vitest";
import { z } from "zod";
import { openModel } from "../../src/models/index.ts";
import { aRequest } from "../contracts/model.ts";
import { aModelServer } from "../support/providers/model-server.ts";

const at = (url: string, environment: Record<string, string>, name = "claude-x") =>
  openModel(name, { baseUrls: {}, prices: {}, environment: { ANTHROPIC_BASE_URL: url, ...environment } });

test("without a key, the variable to set is named, and nobody is asked", async () => {
  const model = openModel("claude-opus-5", { baseUrls: {}, prices: {}, environment: {} });
  for (const ask of [() => model.complete(aRequest()), () => model.list()])
    await expect(ask()).rejects.toThrow(
      "Anthropic at https://api.anthropic.com wants a key. Put it into ANTHROPIC_API_KEY.",
    );
});

test.each([
  ["a key", { ANTHROPIC_API_KEY: "sk-one" }, "sk-one"],
  ["a token", { ANTHROPIC_AUTH_TOKEN: "token-two" }, "token-two"],
  ["a key rather than a token", { ANTHROPIC_API_KEY: "sk-one", ANTHROPIC_AUTH_TOKEN: "token-two" }, "sk-one"],
])("%s from the environment lets us in", async (_, environment, key) => {
  await using server = await aModelServer("anthropic", { models: ["claude-x"], key });
  expect((await at(server.baseUrl, environment).complete(aRequest())).text).toBe("Hello.");
});

test("a token that is wrong is blamed by its own variable", async () => {
  await using server = await aModelServer("anthropic", { key: "another" });
  const ask = at(server.baseUrl, { ANTHROPIC_AUTH_TOKEN: "token-two" }).complete(aRequest());
  await expect(ask).rejects.toThrow("does not accept the key in ANTHROPIC_AUTH_TOKEN");
});

test("a server of one's own that wants no key gets none of ours", async () => {
  await using server = await aModelServer("anthropic", { models: ["claude-x"] });
  await at(server.baseUrl, {}).complete(aRequest());
  expect(server.received[0]!.headers).toMatchObject({ authorization: "Bearer none" });
});

test("a refusal is told, with what was said before it", async () => {
  const script = () => ({ text: "I will not", stop: "refusal" }) as const;
  await using server = await aModelServer("anthropic", { models: ["claude-x"], script });
  expect(await at(server.baseUrl, {}).complete(aRequest())).toMatchObject({
    text: "I will not",
    stop: "refusal",
  });
});

test("a known model costs its list price, through a gateway on this machine too", async () => {
  await using server = await aModelServer("anthropic", { models: ["claude-sonnet-4-5-20250929"] });
  const { costUsd } = await at(server.baseUrl, {}, "claude-sonnet-4-5-20250929").complete(aRequest());
  expect(costUsd).toBeCloseTo((12 * 3 + 34 * 15) / 1e6);
});

test("a schema with more than structured output takes is simplified, not refused", async () => {
  await using server = await aModelServer("anthropic", { models: ["claude-x"] });
  const answer = z.strictObject({ risk: z.enum(["low", "high"]), edits: z.array(z.string().max(9)).max(20) });
  await at(server.baseUrl, {}).complete(aRequest({ schema: z.toJSONSchema(answer) }));
  expect(server.asked[0]!.schema).toEqual({
    type: "object",
    properties: {
      risk: { enum: ["low", "high"] },
      edits: {
        type: "array",
        items: { type: "string", description: "{maxLength: 9}" },
        description: "{maxItems: 20}",
      },
    },
    required: ["risk", "edits"],
    additionalProperties: false,
  });
});

test("a model that will be withdrawn is used without a word on the terminal", async () => {
  const name = "claude-3-7-sonnet-latest";
  const warn = vi.spyOn(console, "warn");
  await using server = await aModelServer("anthropic", { models: [name] });
  await at(server.baseUrl, {}, name).complete(aRequest());
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
