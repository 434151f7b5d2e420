import { describe, expect, test } from "vitest";
import { ollamaAddress, parseEndpoint } from "../../src/models/endpoint.ts";
import { parseModelName } from "../../src/domain/model-name.ts";
import { openModel } from "../../src/models/index.ts";
import { costOf, findPrice, pricesAsOf } from "../../src/models/prices.ts";

const nowhere = { baseUrls: {}, prices: {}, environment: {} };

describe("the name of a model", () => {
  test.each([
    ["ollama:qwen3:14b", "ollama", "qwen3:14b"],
    ["qwen3:14b", "ollama", "qwen3:14b"],
    ["qwen3", "ollama", "qwen3"],
    ["hf.co/unsloth/Qwen3-GGUF:Q4_K_M", "ollama", "hf.co/unsloth/Qwen3-GGUF:Q4_K_M"],
    ["anthropic:claude-sonnet-5-5", "anthropic", "claude-sonnet-5-5"],
    ["claude-sonnet-5-5", "anthropic", "claude-sonnet-5-5"],
    ["openai:gpt-5.4", "openai", "gpt-5.4"],
    ["openai:qwen/qwen3-14b", "openai", "qwen/qwen3-14b"],
    [" ollama: llama3 ", "ollama", "llama3"],
  ])("%s means %s's %s", (text, provider, model) => {
    expect(parseModelName(text)).toEqual({ provider, model });
  });

  test.each(["", " ", "openai:", "ollama: "])('"%s" is none', (text) => {
    expect(() => parseModelName(text)).toThrow("Write the name of one, such as ollama:qwen3:14b.");
  });

  test("is told in full, whatever the user wrote", () => {
    expect(openModel("qwen3:14b", nowhere).name).toBe("ollama:qwen3:14b");
    expect(openModel("claude-opus-5", nowhere).name).toBe("anthropic:claude-opus-5");
  });
});

describe("OLLAMA_HOST is read as Ollama reads it", () => {
  test.each([
    [undefined, "http://127.0.0.1:11434"],
    ["", "http://127.0.0.1:11434"],
    ["box", "http://box:11434"],
    ["box:8080", "http://box:8080"],
    [":8080", "http://127.0.0.1:8080"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["0.0.0.0:8080", "http://127.0.0.1:8080"],
    ["http://0.0.0.0:8080", "http://127.0.0.1:8080"],
    ["http://0.0.0.0", "http://127.0.0.1"],
    ["::", "http://127.0.0.1:11434"],
    ["[::]:8080", "http://127.0.0.1:8080"],
    ["::1", "http://[::1]:11434"],
    ["[::1]:8080", "http://[::1]:8080"],
    ["https://box", "https://box"],
    ["https://box/ollama/", "https://box/ollama"],
    ["box/ollama", "http://box:11434/ollama"],
    ['"box"', "http://box:11434"],
  ])("%s means %s", (host, url) => {
    expect(parseEndpoint(ollamaAddress(host), "OLLAMA_HOST").url).toBe(url);
  });
});

describe("an address", () => {
  test("may hold a user name and password, which are never shown", () => {
    const endpoint = parseEndpoint("https://me:p%40ss@box:8443/v1/", "OPENAI_BASE_URL");
    expect(endpoint).toMatchObject({ url: "https://box:8443/v1", password: "p@ss", loopback: false });
    expect(endpoint.authorization).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
    expect(() => parseEndpoint("ftp://me:secret@box", "OPENAI_BASE_URL")).toThrow(
      /^"ftp:\/\/box" is not an address of a server\. Correct OPENAI_BASE_URL:/,
    );
  });

  test.each(["http://localhost:1234/v1", "http://127.0.0.2", "http://[::1]:8080"])(
    "%s is this machine",
    (url) => {
      expect(parseEndpoint(url, "").loopback).toBe(true);
    },
  );

  test.each(["http://localhost.example.com", "http://10.0.0.1", "https://127.0.0.1.example"])(
    "%s is another",
    (url) => {
      expect(parseEndpoint(url, "").loopback).toBe(false);
    },
  );
});

describe("a price", () => {
  test.each([
    ["claude-sonnet-4-5", { input: 3, output: 15 }],
    ["claude-sonnet-4-5-20250929", { input: 3, output: 15 }],
    ["claude-opus-4-0", { input: 15, output: 75 }],
    ["gpt-5-2025-08-07", { input: 1.25, output: 10 }],
    ["gpt-4o-2024-05-13", { input: 5, output: 15 }],
  ])("of %s is known", (model, price) => {
    expect(findPrice(model)).toEqual(price);
    expect(pricesAsOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test.each(["gpt-5-pro", "claude-opus-99", "qwen3:14b", "constructor", "anthropic/claude-opus-5"])(
    "of %s is not, and is not guessed",
    (model) => {
      expect(findPrice(model)).toBeUndefined();
    },
  );

  test("makes no cost of tokens that nobody counted", () => {
    expect(costOf({ input: 1, output: 2 }, { input: 1_000_000, output: 500_000 })).toBe(2);
    expect(costOf({ input: 1, output: 2 }, { input: undefined, output: 5 })).toBeNull();
    expect(costOf({ input: 0, output: 0 }, { input: undefined, output: undefined })).toBe(0);
  });
});
