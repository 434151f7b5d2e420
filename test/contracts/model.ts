import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Model, ModelRequest } from "../../src/models/contract.ts";
import { openModel, type ProviderName } from "../../src/models/index.ts";
import type { Asked } from "../support/providers/dialect.ts";
import { nobodysAddress } from "../support/providers/http.ts";
import {
  aModelServer,
  type ModelServer,
  type ModelServerOptions,
  type Reply,
} from "../support/providers/model-server.ts";
import { promisesOnFailure } from "./model-failures.ts";

export const secret = "sk-test-0123456789";
const keyVariables = { anthropic: "ANTHROPIC_API_KEY", ollama: "OLLAMA_API_KEY", openai: "OPENAI_API_KEY" };

export function aRequest(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    system: "You are kind.",
    turns: [{ role: "user", content: "Who are you?" }],
    maxTokens: 500,
    timeoutMs: 20_000,
    ...changes,
  };
}

export interface Place extends AsyncDisposable {
  readonly model: Model;
  readonly server: ModelServer;
}

/** A model of that provider, with a server of its own that answers as told. */
export async function aPlace(
  provider: ProviderName,
  script: Reply | ModelServerOptions["script"] = "Hello.",
  options: ModelServerOptions = {},
): Promise<Place> {
  const server = await aModelServer(provider, {
    ...options,
    script: typeof script === "function" ? script : () => script,
  });
  const model = aModelAt(provider, server.baseUrl);
  return { model, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

export function aModelAt(provider: ProviderName, url: string, name = "some-model"): Model {
  return openModel(`${provider}:${name}`, {
    baseUrls: { [provider]: url },
    prices: {},
    environment: { [keyVariables[provider]]: secret },
  });
}

/** What every model promises, whoever provides it. */
export function promisesOfAModel(provider: ProviderName): void {
  describe(`a model of ${provider}`, () => {
    const writers = ["log", "warn", "error", "info", "debug"] as const;
    beforeEach(() => {
      for (const each of writers) vi.spyOn(console, each);
    });
    afterEach(() => {
      // What a library prints would stand in the middle of our own output, and break --json.
      for (const each of writers) expect(vi.mocked(console[each]).mock.calls).toEqual([]);
      vi.restoreAllMocks();
    });

    test("answers, and says which model did, how it ended and what it took", async () => {
      await using place = await aPlace(provider, "I am a model, naïve 🙂.");
      expect(place.model.name).toBe(`${provider}:some-model`);
      expect(await place.model.complete(aRequest())).toEqual({
        text: "I am a model, naïve 🙂.",
        stop: "end",
        model: "some-model",
        inputTokens: 12,
        outputTokens: 34,
        costUsd: 0,
        durationMs: expect.any(Number),
      });
    });

    test("is asked exactly what was meant, and once", async () => {
      const schema = {
        type: "object",
        properties: { a: { type: "string" } },
        required: ["a"],
        additionalProperties: false,
      };
      const turns = [
        { role: "user", content: "One" },
        { role: "assistant", content: "Two" },
        { role: "user", content: "Three" },
      ] as const;
      await using place = await aPlace(provider);
      await place.model.complete(aRequest({ turns, schema, maxTokens: 77 }));
      expect(place.server.asked).toMatchObject([
        { model: "some-model", system: "You are kind.", turns, schema, maxTokens: 77 },
      ]);
    });

    test("hands on each piece as it comes", async () => {
      await using place = await aPlace(provider, "One piece after the other.");
      const pieces: string[] = [];
      await place.model.complete(aRequest({ onText: (text) => pieces.push(text) }));
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.join("")).toBe("One piece after the other.");
    });

    test("keeps its thoughts to itself, as its provider sends them and in the text", async () => {
      const thinking = "They want to know who I am.";
      await using place = await aPlace(provider, (_, count) =>
        count === 0
          ? { text: "A model.", thinking }
          : { text: `\n<think>${thinking} </thin </think>\n\nA model.` },
      );
      for (let time = 0; time < 2; time++) {
        const pieces: string[] = [];
        const { text } = await place.model.complete(aRequest({ onText: (piece) => pieces.push(piece) }));
        expect([text, pieces.join("")]).toEqual(["A model.", "A model."]);
      }
    });

    test("tells that an answer was cut at its longest", async () => {
      await using place = await aPlace(provider, { text: "And then", stop: "length" });
      expect(await place.model.complete(aRequest())).toMatchObject({ text: "And then", stop: "length" });
    });

    test("tells when all that it may say went into thinking", async () => {
      await using place = await aPlace(provider, { text: "", thinking: "Hm, hm.", stop: "length" });
      expect(await place.model.complete(aRequest())).toMatchObject({ text: "", stop: "length" });
    });

    test("is asked at a temperature, and without one where it takes none", async () => {
      const heat = ({ body }: Asked) =>
        body["temperature"] ?? (body["options"] as Record<string, unknown> | undefined)?.["temperature"];
      await using place = await aPlace(provider, (asked, count) =>
        heat(asked) === undefined || count === 0
          ? "Cool."
          : { status: 400, message: "temperature does not support 0 with this model" },
      );
      for (let time = 0; time < 2; time++)
        expect(await place.model.complete(aRequest({ temperature: 0 }))).toMatchObject({ text: "Cool." });
      expect(place.server.asked.map(heat)).toEqual([0, 0, undefined]);
    });

    test("answers without a schema if it can obey none", async () => {
      await using place = await aPlace(provider, ({ schema }) =>
        schema === undefined
          ? "{}"
          : { status: 400, message: "This model does not support a json_schema as its format." },
      );
      const { text } = await place.model.complete(aRequest({ schema: { type: "object" } }));
      expect(text).toBe("{}");
      expect(place.server.asked.map(({ schema }) => schema !== undefined)).toEqual([true, false]);
    });

    test("lists what its server offers", async () => {
      await using place = await aPlace(provider, "", { models: ["b", "a", "c"] });
      expect(await place.model.list()).toEqual(["b", "a", "c"]);
    });

    test("costs what the configuration says", async () => {
      await using place = await aPlace(provider);
      const prices = { [`${provider}:some-model`]: { input: 1000, output: 100 } };
      const baseUrls = { [provider]: place.server.baseUrl };
      const model = openModel(`${provider}:some-model`, { baseUrls, prices, environment: {} });
      expect((await model.complete(aRequest())).costUsd).toBeCloseTo(0.012 + 0.0034);
    });

    test("says how to start its server when there is none", async () => {
      const url = await nobodysAddress();
      const model = aModelAt(provider, url);
      const sentences = new RegExp(`^No [A-Z][\\w-]+ server answers at ${url}\\. Start (it|one)\\b.*\\.$`);
      for (const ask of [() => model.complete(aRequest()), () => model.list()])
        await expect(ask()).rejects.toMatchObject({
          code: "unavailable",
          message: expect.stringMatching(sentences),
        });
    });

    promisesOnFailure(provider);
  });
}
