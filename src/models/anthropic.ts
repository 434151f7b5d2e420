import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import type { Stream } from "@anthropic-ai/sdk/streaming";
import type { ModelAnswer, ModelFactory, ModelRequest } from "./contract.ts";
import { parseEndpoint } from "./endpoint.ts";
import { Failure, type FailureKind, readError } from "./failure.ts";
import { type Exchange, modelOf } from "./provider.ts";

const official = "https://api.anthropic.com";

/** A Claude model behind Anthropic's Messages API, or what else speaks that. */
export const anthropic: ModelFactory = (settings) => {
  const { model, environment } = settings;
  const source = settings.baseUrl === undefined ? "ANTHROPIC_BASE_URL" : "propose.baseUrls.anthropic";
  const address = settings.baseUrl ?? (environment["ANTHROPIC_BASE_URL"] || official);
  const endpoint = parseEndpoint(address, source);
  const apiKey = environment["ANTHROPIC_API_KEY"] || undefined;
  const authToken = environment["ANTHROPIC_AUTH_TOKEN"] || undefined;
  const own = /(^|\.)anthropic\.com$/.test(endpoint.host);

  async function connect(wire: typeof fetch) {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    // Said in full: what is left out is read from the environment and from files, and the log goes to the console.
    return new Anthropic({
      baseURL: endpoint.url,
      // One that asks for no key still has to get some header.
      ...(apiKey === undefined && authToken !== undefined ? { authToken } : { apiKey: apiKey ?? "none" }),
      fetch: wire,
      maxRetries: 0,
      logLevel: "off",
      openTelemetry: false,
      // Ours is the deadline; this only has to be longer than any.
      timeout: 2 ** 31 - 1,
    });
  }

  return modelOf(
    {
      title: "Anthropic",
      protocol: "Anthropic",
      prefix: "anthropic",
      endpoint,
      addressVariable: source,
      keyVariable:
        apiKey === undefined && authToken !== undefined ? "ANTHROPIC_AUTH_TOKEN" : "ANTHROPIC_API_KEY",
      key: apiKey ?? authToken,
      keyRequired: own,
      free: endpoint.loopback,
      start: own ? `Look at the network, or at ${source}.` : `Start it, or correct ${source}.`,
      unlock: "Put it into ANTHROPIC_API_KEY.",
      obtain: "Correct the name",

      async exchange(request, wire, say) {
        const body = await messageOf(model, request);
        const client = await connect(wire);
        // Not messages.create(): that prints a warning for a model which will be withdrawn.
        const events = client.post<Stream<RawMessageStreamEvent>>("/v1/messages", { body, stream: true });
        return readAnswer(await events, say);
      },

      async list(wire) {
        const names: string[] = [];
        for await (const { id } of (await connect(wire)).models.list({ limit: 1000 })) names.push(id);
        return names;
      },
    },
    settings,
  );
};

async function messageOf(model: string, { system, turns, schema, maxTokens, temperature }: ModelRequest) {
  const format = schema && { type: "json_schema", schema: await obeyable(schema) };
  return {
    model,
    max_tokens: maxTokens,
    system,
    messages: turns,
    stream: true,
    ...(temperature === undefined ? {} : { temperature }),
    ...(format ? { output_config: { format } } : {}),
  };
}

/** The schema without the keywords that Anthropic's structured output does not take; they become descriptions. */
async function obeyable(schema: object): Promise<object> {
  const { transformJSONSchema } = await import("@anthropic-ai/sdk/lib/transform-json-schema");
  return transformJSONSchema(schema as Parameters<typeof transformJSONSchema>[0]);
}

async function readAnswer(
  events: AsyncIterable<RawMessageStreamEvent>,
  say: (piece: string) => void,
): Promise<Exchange> {
  let model: string | undefined;
  let inputTokens: number | undefined;
  let outputTokens: number | undefined;
  let reason: string | null = null;
  let complete = false;
  try {
    for await (const event of events) {
      if (event.type === "message_start") {
        const { usage } = event.message;
        model = event.message.model;
        inputTokens =
          usage.input_tokens +
          (usage.cache_creation_input_tokens ?? 0) +
          (usage.cache_read_input_tokens ?? 0);
      } else if (event.type === "content_block_start" && event.content_block.type === "text")
        say(event.content_block.text);
      else if (event.type === "content_block_delta" && event.delta.type === "text_delta")
        say(event.delta.text);
      else if (event.type === "message_delta") {
        reason = event.delta.stop_reason;
        outputTokens = event.usage.output_tokens;
      } else if (event.type === "message_stop") complete = true;
    }
  } catch (error) {
    throw failureOfEvent(error, model !== undefined);
  }
  if (model === undefined) throw new Failure("malformed", { said: "no message" });
  if (!complete) throw new Failure("faulty", { said: "the answer broke off" });
  return { stop: stopOf(reason), model, inputTokens, outputTokens };
}

function stopOf(reason: string | null): ModelAnswer["stop"] {
  if (reason === "refusal") return "refusal";
  return reason === "max_tokens" || reason === "model_context_window_exceeded" ? "length" : "end";
}

/** What the error event of a stream can say; the answer had begun with 200. */
const kinds: Readonly<Record<string, FailureKind>> = {
  overloaded_error: "busy",
  rate_limit_error: "busy",
  api_error: "faulty",
  timeout_error: "faulty",
  authentication_error: "denied",
  permission_error: "denied",
  billing_error: "quota",
};

function failureOfEvent(error: unknown, started: boolean): unknown {
  if (error instanceof SyntaxError)
    return new Failure(started ? "faulty" : "malformed", { said: error.message });
  if (!(error instanceof Error && "error" in error && "type" in error)) return error;
  const { said } = readError(JSON.stringify(error.error));
  return new Failure(kinds[String(error.type)] ?? "rejected", { said });
}
