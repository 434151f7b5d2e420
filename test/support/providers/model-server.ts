import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { anthropicDialect } from "./anthropic.ts";
import type { Asked, Dialect, Spoken } from "./dialect.ts";
import { type Received, serve, type TestServer } from "./http.ts";
import { ollamaDialect } from "./ollama.ts";
import { openaiDialect } from "./openai.ts";

export const dialects = { anthropic: anthropicDialect, ollama: ollamaDialect, openai: openaiDialect };

/** What a scripted model does with a request. */
export type Reply =
  | string
  | Spoken
  /** An error of the provider, in its own shape unless the body is given. */
  | { readonly status: number; readonly message?: string; readonly headers?: object; readonly body?: string }
  /** Begins to answer, and breaks the connection. */
  | { readonly cut: string }
  /** Begins to answer, and reports an error in the stream. */
  | { readonly broken: string; readonly message: string }
  /** One word after the other, without end. */
  | { readonly drip: string }
  /** Takes the request and says nothing. */
  | { readonly silent: true }
  /** A body as it stands, with status 200; endlessly if asked to. */
  | { readonly raw: string; readonly type?: string; readonly endless?: boolean };

export interface ModelServerOptions {
  readonly models?: readonly string[];
  /** Without it nobody is let in, if there is one. */
  readonly key?: string;
  /** @param count how many requests came before this one */
  readonly script?: (asked: Asked, count: number) => Reply;
}

export interface ModelServer extends TestServer {
  /** What a user gives as the provider's address. */
  readonly baseUrl: string;
  /** The conversations so far, retries included. */
  readonly asked: readonly Asked[];
  /** Every request, lists included. */
  readonly received: readonly Received[];
}

/** A model that says what its script says, behind the real protocol of a provider. */
export async function aModelServer(
  name: Dialect["name"],
  { models = ["some-model"], key, script = () => "Hello." }: ModelServerOptions = {},
): Promise<ModelServer> {
  const dialect = dialects[name];
  const asked: Asked[] = [];
  const received: Received[] = [];
  const server = await serve(async (request, response) => {
    received.push(request);
    const fail = (status: number, message: string) =>
      send(response, status, JSON.stringify(dialect.error(status, message)));
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) return fail(401, "wrong key");
    if (request.path === dialect.listPath) return send(response, 200, JSON.stringify(dialect.list(models)));
    if (request.path !== dialect.chatPath) return fail(404, "no such path");
    const conversation = dialect.parse(JSON.parse(request.body));
    asked.push(conversation);
    if (!models.includes(conversation.model)) return fail(404, dialect.missing(conversation.model));
    await perform(dialect, conversation, script(conversation, asked.length - 1), response);
  });
  return Object.assign(server, { baseUrl: `${server.url}${dialect.base}`, asked, received });
}

async function perform(
  dialect: Dialect,
  asked: Asked,
  reply: Reply,
  response: ServerResponse,
): Promise<void> {
  if (typeof reply === "string") return perform(dialect, asked, { text: reply }, response);
  if ("silent" in reply) return;
  if ("status" in reply) {
    const { status, message = "It failed.", headers, body } = reply;
    return send(response, status, body ?? JSON.stringify(dialect.error(status, message)), headers);
  }
  const type = "raw" in reply ? (reply.type ?? dialect.contentType) : dialect.contentType;
  response.writeHead(200, { "content-type": type });
  if ("raw" in reply) {
    while (reply.endless && !response.destroyed) await write(response, reply.raw);
    response.end(reply.raw);
  } else if ("cut" in reply) {
    for (const frame of dialect.opening(asked, { text: reply.cut })) await write(response, frame);
    response.destroy();
  } else if ("broken" in reply) {
    for (const frame of dialect.opening(asked, { text: reply.broken })) await write(response, frame);
    response.end(dialect.streamError(reply.message));
  } else if ("drip" in reply) {
    for (const frame of dialect.opening(asked, { text: reply.drip })) await write(response, frame);
    for (; !response.destroyed; await sleep(20)) await write(response, dialect.piece(asked, reply.drip));
  } else {
    for (const frame of dialect.opening(asked, reply)) await write(response, frame);
    response.end(dialect.closing(asked, reply).join(""));
  }
}

/** Waits until it is on its way, so that pieces arrive as pieces. */
function write(response: ServerResponse, frame: string): Promise<void> {
  return new Promise((resolve) => response.write(frame, () => resolve()));
}

function send(response: ServerResponse, status: number, body: string, headers: object = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}
