import { expect, test } from "vitest";
import { openModel } from "../../src/models/index.ts";
import { aRequest } from "../contracts/model.ts";
import { nobodysAddress } from "../support/providers/http.ts";
import { aModelServer, type Reply } from "../support/providers/model-server.ts";

const at = (host: string, name = "qwen3:14b") =>
  openModel(name, { baseUrls: {}, prices: {}, environment: { OLLAMA_HOST: host } });

async function asked(reply: Reply = "Hello.", changes = {}) {
  await using server = await aModelServer("ollama", { models: ["qwen3:14b"], script: () => reply });
  const answer = at(server.url.replace("http://", "")).complete(aRequest(changes));
  return { answer: await answer.catch((error: Error) => error), body: server.asked[0]!.body };
}

test("OLLAMA_HOST says where the server is", async () => {
  expect((await asked()).answer).toMatchObject({ text: "Hello.", costUsd: 0 });
});

test("a server that is not there is to be started with ollama serve", async () => {
  const url = await nobodysAddress();
  await expect(at(url).complete(aRequest())).rejects.toThrow(
    `No Ollama server answers at ${url}. Start one with: ollama serve.`,
  );
});

test("a model that is not there can be had with ollama pull", async () => {
  await using server = await aModelServer("ollama", { models: ["llama3:8b", "qwen3:8b"] });
  await expect(at(server.url).complete(aRequest())).rejects.toThrow(
    `Ollama at ${server.url} has no model "qwen3:14b". Get it with: ollama pull qwen3:14b, or use one that is there: qwen3:8b, llama3:8b.`,
  );
});

test("whoever writes a bare gpt-5 is told how to reach OpenAI's", async () => {
  await using server = await aModelServer("ollama");
  await expect(at(server.url, "gpt-5").complete(aRequest())).rejects.toThrow(
    "If you mean OpenAI's, write openai:gpt-5.",
  );
});

test("the context is made to fit the prompt and the answer, and nothing is dropped silently", async () => {
  const small = await asked();
  expect(small.body).toMatchObject({
    stream: true,
    truncate: false,
    shift: false,
    options: { num_ctx: 8192, num_predict: 500 },
  });
  const long = await asked("Hello.", { system: "word ".repeat(20_000), maxTokens: 4000 });
  expect(long.body).toMatchObject({ options: { num_ctx: 40_960, num_predict: 4000 } });
});

test("a prompt that fits no context is told as that", async () => {
  const { answer } = await asked({ status: 400, message: "the input length exceeds the context length" });
  expect(answer).toMatchObject({
    message: expect.stringContaining("The request is too long for qwen3:14b"),
  });
});

test("a server that runs out of memory in the middle is quoted", async () => {
  const { answer } = await asked({ broken: "I", message: "llama runner process has terminated" });
  expect(answer).toMatchObject({
    message: expect.stringContaining('each time it was asked ("llama runner process has terminated")'),
  });
});

test("a model of Ollama's cloud has no known price", async () => {
  await using server = await aModelServer("ollama", { models: ["gpt-oss:120b-cloud"] });
  expect((await at(server.url, "gpt-oss:120b-cloud").complete(aRequest())).costUsd).toBeNull();
});
