import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";

/** A request as a provider saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Script = (seen: Seen, response: ServerResponse, request: IncomingMessage) => unknown;

/** A provider on this machine; it answers as the script says, and remembers what it was asked. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: Seen[];
  script: Script;
}

export async function anUpstream(script: Script = speak): Promise<Upstream> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => Buffer.from("broken off"));
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: body.toString("utf8") };
    seen.push(one);
    await upstream.script(one, response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    ...{ url: `http://127.0.0.1:${port}`, port, seen, script },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
  return upstream;
}

const event = (name: string, content: object) =>
  `event: ${name}\ndata: ${JSON.stringify({ type: name, ...content })}\n\n`;
const data = (content: object) => `data: ${JSON.stringify(content)}\n\n`;
const line = (content: object) => `${JSON.stringify(content)}\n`;

/** The same words in the ways of all three providers: 100 tokens in, 20 out. */
export const spoken = {
  anthropic: [
    event("message_start", {
      message: {
        model: "claude-test-1",
        usage: { input_tokens: 40, cache_read_input_tokens: 60, output_tokens: 1 },
      },
    }),
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "got " } }),
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text: "it" } }),
    event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 20 } }),
    event("message_stop", {}),
  ],
  openai: [
    data({ model: "gpt-test", choices: [{ delta: { content: "got " } }], usage: null }),
    data({ model: "gpt-test", choices: [{ delta: { content: "it" } }], usage: null }),
    data({ model: "gpt-test", choices: [], usage: { prompt_tokens: 100, completion_tokens: 20 } }),
    "data: [DONE]\n\n",
  ],
  responses: [
    event("response.created", { response: { model: "gpt-test", usage: null, error: null } }),
    event("response.output_text.delta", { delta: "got it" }),
    event("response.completed", {
      response: { model: "gpt-test", usage: { input_tokens: 100, output_tokens: 20 }, error: null },
    }),
  ],
  ollama: [
    line({ model: "tiny", message: { content: "got " }, done: false }),
    line({ model: "tiny", message: { content: "it" }, done: false }),
    line({ model: "tiny", done: true, prompt_eval_count: 100, eval_count: 20 }),
  ],
};

export const whole = {
  anthropic: { model: "claude-test-1", usage: { input_tokens: 100, output_tokens: 20 } },
  openai: { model: "gpt-test", usage: { prompt_tokens: 100, completion_tokens: 20 } },
  responses: { model: "gpt-test", usage: { input_tokens: 100, output_tokens: 20 } },
  ollama: { model: "tiny", prompt_eval_count: 100, eval_count: 20 },
};

export type Way = keyof typeof spoken;

export const paths: Readonly<Record<Way, string>> = {
  anthropic: "/v1/messages",
  openai: "/v1/chat/completions",
  responses: "/v1/responses",
  ollama: "/api/chat",
};

const wayOf = (url: string) =>
  (Object.keys(paths) as Way[]).find((way) => url.startsWith(paths[way])) ?? "anthropic";

/** Streams if it is asked to. */
export function speak({ url, body, method }: Seen, response: ServerResponse): void {
  const way = wayOf(url);
  if (method === "GET") return void response.end(JSON.stringify({ data: [] }));
  if (body.includes('"stream":true')) {
    const type = way === "ollama" ? "application/x-ndjson" : "text/event-stream";
    response.writeHead(200, { "content-type": type });
    for (const part of spoken[way]) response.write(part);
    return void response.end();
  }
  response.writeHead(200, { "content-type": "application/json", "set-cookie": "a=b", "x-request-id": "r-1" });
  response.end(JSON.stringify(whole[way]));
}
