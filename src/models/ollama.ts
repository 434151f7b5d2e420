import type { ChatRequest } from "ollama";
import type { ModelFactory, ModelRequest } from "./contract.ts";
import { ollamaAddress, parseEndpoint } from "./endpoint.ts";
import { Failure } from "./failure.ts";
import { type Exchange, modelOf } from "./provider.ts";
import { readLines } from "./sse.ts";

/** What Ollama's API takes beyond what its library has types for. */
type FullRequest = ChatRequest & { stream: true; truncate: false; shift: false };

/** A model that an Ollama server runs, on this machine or another. */
export const ollama: ModelFactory = (settings) => {
  const { model, baseUrl, environment } = settings;
  const source = baseUrl === undefined ? "OLLAMA_HOST" : "propose.baseUrls.ollama";
  const endpoint = parseEndpoint(ollamaAddress(baseUrl ?? environment["OLLAMA_HOST"]), source);
  const hosted = endpoint.host === "ollama.com";
  // A server of one's own asks for no key, and ought not to see this one.
  const key = (hosted && environment["OLLAMA_API_KEY"]) || undefined;
  const headers = key && { authorization: `Bearer ${key}` };

  async function connect(wire: typeof fetch) {
    const { Ollama } = await import("ollama");
    return new Ollama({ host: endpoint.url, fetch: wire, ...(headers ? { headers } : {}) });
  }

  return modelOf(
    {
      title: "Ollama",
      protocol: "Ollama",
      prefix: "ollama",
      endpoint,
      addressVariable: source,
      keyVariable: "OLLAMA_API_KEY",
      key,
      keyRequired: hosted,
      // Models of the cloud can be reached through a server of one's own.
      free: !hosted && !/[-:]cloud$/.test(model),
      start: endpoint.loopback ? "Start one with: ollama serve." : `Start it, or correct ${source}.`,
      unlock: hosted
        ? "Put it into OLLAMA_API_KEY."
        : `Sign in with: ollama signin, or put name and password into ${source}.`,
      obtain: `${hintAt(model)}Get it with: ollama pull ${model}`,

      async exchange(request, wire, say) {
        const client = await connect(async (input, init) => {
          const response = await wire(input, init);
          return new Response(ReadableStream.from(checkedLines(response.body!)), response);
        });
        let last: Exchange | undefined;
        for await (const { message, ...part } of await client.chat(chatOf(model, request))) {
          if (message?.content) say(message.content);
          if (!part.done) continue;
          last = {
            stop: part.done_reason === "length" ? "length" : "end",
            model: part.model,
            // Absent when the whole prompt was still in its cache.
            inputTokens: part.prompt_eval_count ?? 0,
            outputTokens: part.eval_count,
          };
        }
        return last!;
      },

      async list(wire) {
        const { models } = await (await connect(wire)).list();
        if (!Array.isArray(models)) throw new Failure("malformed", { said: "no list of models" });
        return models.map(({ name }) => name);
      },
    },
    settings,
  );
};

function chatOf(model: string, { system, turns, schema, maxTokens, temperature }: ModelRequest): FullRequest {
  return {
    model,
    messages: [{ role: "system", content: system }, ...turns],
    stream: true,
    // Else what does not fit is dropped silently, from the beginning: the instructions.
    truncate: false,
    shift: false,
    options: {
      num_predict: maxTokens,
      num_ctx: contextFor([system, ...turns.map((turn) => turn.content)], maxTokens),
      ...(temperature === undefined ? {} : { temperature }),
    },
    ...(schema === undefined ? {} : { format: schema }),
  };
}

const contextStep = 8192;
const bytesPerToken = 3;
const tokensPerTurn = 32;

/**
 * The context that a prompt and its answer need. Code and prose have about four bytes to a token; three leave
 * room. In steps, because a server loads its model anew for each other size.
 */
export function contextFor(texts: readonly string[], maxTokens: number): number {
  const tokens = texts.map((text) => Math.ceil(Buffer.byteLength(text) / bytesPerToken) + tokensPerTurn);
  const sum = tokens.reduce((total, each) => total + each, maxTokens);
  return Math.ceil(sum / contextStep) * contextStep;
}

/** Ollama's library prints a line that it cannot parse: none of those reaches it, nor an answer that broke off. */
async function* checkedLines(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let started = false;
  let done = false;
  for await (const line of readLines(body)) {
    if (line.trim() === "") continue;
    const part = parsePart(line, started);
    if (typeof part.error === "string") throw failureOfPart(part.error);
    started = true;
    done ||= part.done === true;
    yield Buffer.from(`${line}\n`);
  }
  if (!done) throw new Failure("faulty", { said: "the answer broke off" });
}

function parsePart(line: string, started: boolean): { error?: unknown; done?: unknown } {
  try {
    const part: unknown = JSON.parse(line);
    if (typeof part === "object" && part !== null && ("message" in part || "error" in part))
      return part as { error?: unknown; done?: unknown };
  } catch {
    // Said below.
  }
  throw new Failure(started ? "faulty" : "malformed", { said: line.slice(0, 1000) });
}

function failureOfPart(said: string): Failure {
  return new Failure(/context|too long/i.test(said) ? "rejected" : "faulty", { said });
}

/** A bare name means Ollama; whoever means OpenAI has to say so. */
function hintAt(model: string): string {
  return /^(gpt-(?!oss)|o\d(-|$)|chatgpt)/.test(model) ? `If you mean OpenAI's, write openai:${model}. ` : "";
}
