import { type Asked, type Dialect, inputTokens, outputTokens, piecesOf, type Spoken } from "./dialect.ts";

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};
const stops = { end: "end_turn", length: "max_tokens", refusal: "refusal" } as const;

function event(type: string, more: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
}

const delta = (index: number, change: object) => event("content_block_delta", { index, delta: change });

function thoughts(thinking: string): string[] {
  return [
    event("content_block_start", {
      index: 0,
      content_block: { type: "thinking", thinking: "", signature: "" },
    }),
    ...piecesOf(thinking).map((piece) => delta(0, { type: "thinking_delta", thinking: piece })),
    delta(0, { type: "signature_delta", signature: "c2lnbmVk" }),
    event("content_block_stop", { index: 0 }),
  ];
}

const indexOf = ({ thinking }: Spoken) => (thinking === undefined ? 0 : 1);

/** Anthropic's Messages API. */
export const anthropicDialect: Dialect = {
  name: "anthropic",
  base: "",
  chatPath: "/v1/messages",
  listPath: "/v1/models",
  contentType: "text/event-stream",
  parse(body): Asked {
    const turns = body["messages"] as Asked["turns"];
    const config = body["output_config"] as { format?: { schema: unknown } } | undefined;
    return {
      model: String(body["model"]),
      system: String(body["system"]),
      turns,
      text: turns.at(-1)!.content,
      schema: config?.format?.schema,
      maxTokens: Number(body["max_tokens"]),
      body,
    };
  },
  opening({ model }, spoken) {
    const index = indexOf(spoken);
    const message = {
      id: "msg_01",
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: inputTokens, output_tokens: 1 },
    };
    return [
      event("message_start", { message }),
      event("ping"),
      ...(spoken.thinking === undefined ? [] : thoughts(spoken.thinking)),
      event("content_block_start", { index, content_block: { type: "text", text: "" } }),
      ...piecesOf(spoken.text).map((text) => delta(index, { type: "text_delta", text })),
    ];
  },
  piece: (_, text) => delta(0, { type: "text_delta", text }),
  closing(_, spoken) {
    const change = { stop_reason: stops[spoken.stop ?? "end"], stop_sequence: null };
    return [
      event("content_block_stop", { index: indexOf(spoken) }),
      event("message_delta", { delta: change, usage: { output_tokens: outputTokens } }),
      event("message_stop"),
    ];
  },
  error: (status, message) => ({
    type: "error",
    error: { type: errorTypes[status] ?? "api_error", message },
    request_id: "req_01",
  }),
  streamError: (message) => event("error", { error: { type: "overloaded_error", message } }),
  missing: (model) => `model: ${model}`,
  list: (models) => ({
    data: models.map((id) => ({
      type: "model",
      id,
      display_name: id,
      created_at: "2026-01-01T00:00:00Z",
    })),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
  }),
};
