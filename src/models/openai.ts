import { z } from "zod";
import type { ModelFactory, ModelRequest } from "./contract.ts";
import { parseEndpoint } from "./endpoint.ts";
import { Failure, failureOfAnswer } from "./failure.ts";
import { type Exchange, modelOf } from "./provider.ts";
import { readEvents } from "./sse.ts";

const official = "https://api.openai.com/v1";

const words = z.object({ content: z.string().nullish(), refusal: z.string().nullish() });
/** What we read of a piece, or of an answer in one piece: servers add to it, and leave out of it, as they like. */
const chunkSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        delta: words.nullish(),
        message: words.nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
  error: z.unknown().optional(),
});
type Chunk = z.infer<typeof chunkSchema>;

/** What servers of one's own are started with. */
const starters =
  " (LM Studio with: lms server start; vLLM with: vllm serve <model>; llama.cpp with: llama-server -m <file>)";

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Any server with OpenAI's chat completions: OpenAI itself, LM Studio, vLLM, llama.cpp and many more. */
export const openai: ModelFactory = (settings) => {
  const { model, environment } = settings;
  const source = settings.baseUrl === undefined ? "OPENAI_BASE_URL" : "propose.baseUrls.openai";
  const endpoint = parseEndpoint(settings.baseUrl ?? (environment["OPENAI_BASE_URL"] || official), source);
  const key = environment["OPENAI_API_KEY"] || undefined;
  const own = /(^|\.)openai\.com$/.test(endpoint.host);
  const headers = {
    "content-type": "application/json",
    ...(key ? { authorization: `Bearer ${key}` } : {}),
  };

  return modelOf(
    {
      title: own ? "OpenAI" : "The server",
      protocol: "OpenAI-compatible",
      prefix: "openai",
      endpoint,
      addressVariable: `${source}; most addresses end in /v1`,
      keyVariable: "OPENAI_API_KEY",
      key,
      keyRequired: own,
      free: endpoint.loopback,
      start: own
        ? `Look at the network, or at ${source}.`
        : `Start it${endpoint.loopback ? starters : ""}, or correct ${source}.`,
      unlock: `Put it into OPENAI_API_KEY${own ? ", or the address of a server of your own into OPENAI_BASE_URL" : ""}.`,
      obtain: own ? "Correct the name" : "Load it there",

      async exchange(request, wire, say) {
        const body = JSON.stringify(completionOf(model, request, own));
        const response = await wire(`${endpoint.url}/chat/completions`, { method: "POST", headers, body });
        return readAnswer(response, say);
      },

      async list(wire) {
        const response = await wire(`${endpoint.url}/models`, { headers });
        const list = listSchema.safeParse(await response.json());
        if (!list.success) throw new Failure("malformed", { said: "no list of models" });
        return list.data.data.map(({ id }) => id);
      },
    },
    settings,
  );
};

function completionOf(
  model: string,
  { system, turns, schema, maxTokens, temperature }: ModelRequest,
  own: boolean,
) {
  return {
    model,
    messages: [{ role: "system", content: system }, ...turns],
    stream: true,
    stream_options: { include_usage: true },
    // OpenAI's reasoning models refuse the old name, and other servers do not know the new one.
    [own ? "max_completion_tokens" : "max_tokens"]: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(schema === undefined
      ? {}
      : { response_format: { type: "json_schema", json_schema: { name: "answer", schema } } }),
  };
}

async function readAnswer(response: Response, say: (piece: string) => void): Promise<Exchange> {
  let model: string | undefined;
  let finish: string | undefined;
  let usage: Chunk["usage"];
  let refused = false;
  for await (const chunk of readChunks(response)) {
    model = chunk.model ?? model;
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices ?? [];
    const { content, refusal } = choice?.delta ?? choice?.message ?? {};
    if (content) say(content);
    if (refusal) say(refusal);
    refused ||= Boolean(refusal);
    finish = choice?.finish_reason ?? finish;
  }
  if (finish === undefined) throw new Failure("faulty", { said: "the answer broke off" });
  return {
    stop: refused || finish === "content_filter" ? "refusal" : finish === "length" ? "length" : "end",
    model,
    inputTokens: usage?.prompt_tokens,
    outputTokens: usage?.completion_tokens,
  };
}

/** The pieces of a stream; of a server that cannot stream, the whole as one. */
async function* readChunks(response: Response): AsyncGenerator<Chunk> {
  if (response.headers.get("content-type")?.includes("application/json"))
    return yield parseChunk(await response.text(), false);
  let started = false;
  for await (const data of readEvents(response.body!)) {
    if (data === "[DONE]") return;
    yield parseChunk(data, started);
    started = true;
  }
}

function parseChunk(data: string, started: boolean): Chunk {
  const malformed = new Failure(started ? "faulty" : "malformed", { said: data.slice(0, 1000) });
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw malformed;
  }
  const chunk = chunkSchema.safeParse(json);
  if (!chunk.success) throw malformed;
  if (chunk.data.error) throw failureOfEvent(chunk.data.error, data);
  if (!chunk.data.choices && !chunk.data.usage) throw malformed;
  return chunk.data;
}

/** An error inside an answer that began with 200; the status that it should have had may be its code. */
function failureOfEvent(error: unknown, data: string): Failure {
  const code = typeof error === "object" && error !== null && "code" in error ? Number(error.code) : 0;
  const status = code >= 400 && code < 600 ? code : 400;
  return failureOfAnswer(status, new Headers(), data);
}
