import { type Asked, type Dialect, inputTokens, outputTokens, piecesOf } from "./dialect.ts";

function part(asked: Asked, message: object, more: object = {}): string {
  const { model } = asked;
  const head = { model, created_at: "2026-01-01T00:00:00.000000Z" };
  return `${JSON.stringify({ ...head, message: { role: "assistant", content: "", ...message }, done: false, ...more })}\n`;
}

/** Ollama's own API, with an object on each line. It knows no refusals: a model just says that it will not. */
export const ollamaDialect: Dialect = {
  name: "ollama",
  base: "",
  chatPath: "/api/chat",
  listPath: "/api/tags",
  contentType: "application/x-ndjson",
  parse(body): Asked {
    const messages = body["messages"] as Asked["turns"];
    const [first, ...turns] = messages;
    const options = body["options"] as Record<string, unknown>;
    return {
      model: String(body["model"]),
      system: first!.content,
      turns,
      text: turns.at(-1)!.content,
      schema: body["format"],
      maxTokens: Number(options["num_predict"]),
      body,
    };
  },
  opening: (asked, { text, thinking }) => [
    ...piecesOf(thinking ?? "").map((piece) => part(asked, { thinking: piece })),
    ...piecesOf(text).map((content) => part(asked, { content })),
  ],
  piece: (asked, content) => part(asked, { content }),
  closing: (asked, { stop }) => [
    part(
      asked,
      {},
      {
        done: true,
        done_reason: stop === "length" ? "length" : "stop",
        total_duration: 5_000_000,
        load_duration: 1_000_000,
        prompt_eval_count: inputTokens,
        prompt_eval_duration: 1_000_000,
        eval_count: outputTokens,
        eval_duration: 3_000_000,
      },
    ),
  ],
  error: (_, message) => ({ error: message }),
  streamError: (message) => `${JSON.stringify({ error: message })}\n`,
  missing: (model) => `model '${model}' not found`,
  list: (models) => ({
    models: models.map((name) => ({ name, model: name, modified_at: "2026-01-01T00:00:00Z", size: 1 })),
  }),
};
