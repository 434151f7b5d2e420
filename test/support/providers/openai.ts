import { type Asked, type Dialect, inputTokens, outputTokens, piecesOf } from "./dialect.ts";

const stops = { end: "stop", length: "length", refusal: "content_filter" } as const;

function chunk({ model }: Asked, choices: object[], more: object = {}): string {
  const head = { id: "chatcmpl-01", object: "chat.completion.chunk", created: 1, model };
  return `data: ${JSON.stringify({ ...head, choices, ...more })}\n\n`;
}

const said = (asked: Asked, delta: object, finish: string | null = null) =>
  chunk(asked, [{ index: 0, delta, finish_reason: finish }]);

/** Chat completions, as OpenAI, LM Studio, vLLM and llama.cpp stream them. */
export const openaiDialect: Dialect = {
  name: "openai",
  base: "/v1",
  chatPath: "/v1/chat/completions",
  listPath: "/v1/models",
  contentType: "text/event-stream",
  parse(body): Asked {
    const messages = body["messages"] as Asked["turns"];
    const [first, ...turns] = messages;
    const format = body["response_format"] as { json_schema: { schema: unknown } } | undefined;
    return {
      model: String(body["model"]),
      system: first!.content,
      turns,
      text: turns.at(-1)!.content,
      schema: format?.json_schema.schema,
      maxTokens: Number(body["max_tokens"] ?? body["max_completion_tokens"]),
      body,
    };
  },
  opening: (asked, { text, thinking }) => [
    said(asked, { role: "assistant", content: "" }),
    ...piecesOf(thinking ?? "").map((piece) => said(asked, { reasoning_content: piece })),
    ...piecesOf(text).map((content) => said(asked, { content })),
  ],
  piece: (asked, content) => said(asked, { content }),
  closing: (asked, { stop }) => [
    said(asked, {}, stops[stop ?? "end"]),
    chunk(asked, [], { usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens } }),
    "data: [DONE]\n\n",
  ],
  error: (status, message) => ({
    error: {
      message,
      type: status < 500 ? "invalid_request_error" : "server_error",
      param: null,
      code: status === 404 && /model/i.test(message) ? "model_not_found" : null,
    },
  }),
  streamError: (message) => `data: ${JSON.stringify({ error: { message, code: 503 } })}\n\n`,
  missing: (model) => `The model \`${model}\` does not exist.`,
  list: (models) => ({ object: "list", data: models.map((id) => ({ id, object: "model", created: 1 })) }),
};
