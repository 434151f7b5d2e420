import type { IncomingMessage, ServerResponse } from "node:http";
import { askUpstream } from "./ask.ts";
import type { Protocol } from "./contract.ts";
import { names, namesAny } from "./headers.ts";
import { replay } from "./replay.ts";
import type { Asked, Refuse, Setting } from "./setting.ts";

/** Answers one request of an agent, and ends when all is counted and recorded. */
export async function answer(
  setting: Setting,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  request.socket.once("close", leave);
  try {
    await answerTo(setting, gone.signal, request, response);
  } finally {
    request.socket.off("close", leave);
  }
}

async function answerTo(
  setting: Setting,
  gone: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { protocol, ledger, fate, token, mostBodyBytes, upstream } = setting;
  const refuse = refusalsTo(protocol, request, response);
  const asked: Asked = { ...readRoute(protocol, request), bytes: 0, gone };
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  const tooLarge = () =>
    refuse(413, "request_too_large", `A request may have ${mostBodyBytes} bytes at most.`);
  request.on("data", (chunk: Buffer) => {
    if (asked.bytes <= mostBodyBytes && (asked.bytes += chunk.length) > mostBodyBytes) tooLarge();
  });
  request.pause();

  if (!Object.hasOwn(protocol.routes, asked.route))
    return refuse(403, "permission_error", `Only these may be asked here: ${routesOf(protocol)}.`);
  const { headers } = request;
  if (!names(headers, token) && (protocol.needsToken || namesAny(headers)))
    return refuse(401, "authentication_error", `Use the key in ${protocol.keyVariable}: it is this trial's.`);
  if (Number(headers["content-length"] ?? 0) > mostBodyBytes) return tooLarge();
  const spent = asked.thinks ? ledger.refusal() : undefined;
  if (spent !== undefined) {
    fate.refuse(`The trial was cut off: ${spent}.`);
    return refuse(402, "budget_exceeded", `No more may be asked: ${spent}.`);
  }
  if (!upstream) return replay(setting, asked, request, response, refuse);
  return askUpstream(setting, upstream, asked, request, response, refuse);
}

/** The rest of the request is read and dropped, so that the agent reads the answer; what is too large is cut off. */
function refusalsTo(protocol: Protocol, request: IncomingMessage, response: ServerResponse): Refuse {
  return (status, type, message) => {
    request.unpipe();
    request.resume();
    if (response.headersSent) return void response.destroy();
    const last = status === 413 ? { connection: "close" } : {};
    response.writeHead(status, { "content-type": "application/json", ...last });
    response.end(JSON.stringify(protocol.renderError(type, message)));
  };
}

/** The literal path and no other spelling of it; a query of plain words passes. */
function readRoute({ routes }: Protocol, { method, url = "" }: IncomingMessage) {
  const [, path = "", query = ""] = /^([^?#]*)(\?[\w.=&-]{0,512})?$/.exec(url) ?? [];
  const route = `${method} ${path}`;
  const thinks = Object.hasOwn(routes, route) && routes[route]!.thinks;
  return { route, path, query, thinks };
}

const routesOf = ({ routes }: Protocol) => Object.keys(routes).join(", ");
