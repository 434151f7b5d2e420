import {
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { Upstream } from "./contract.ts";
import { Delivery } from "./delivery.ts";
import { headersDown, headersUp } from "./headers.ts";
import { normalise } from "./normal.ts";
import { abandonedCount } from "./request.ts";
import { account, type Asked, charge, type Refuse, type Setting, troubleOf } from "./setting.ts";
import type { Place } from "./tape.ts";

/**
 * Asks the provider what an agent asks, and hands on its answer; nothing waits for all of either. Whichever side leaves
 * first, the other is told at once.
 */
export async function askUpstream(
  setting: Setting,
  upstream: Upstream,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: Refuse,
): Promise<void> {
  const { provider, protocol, fate, track } = setting;
  const ended = asked.thinks ? fate.begin() : undefined;
  const place = track && placeOf(setting, asked, request);
  const abandoned = asked.thinks ? abandonedCount(request) : undefined;
  const sent = open(setting, upstream, asked, request);
  let left = false; // the agent, or it said too much
  const leave = () => {
    left = true;
    sent.destroy();
  };
  request.on("close", () => request.complete || leave());
  response.on("close", () => response.writableFinished || leave());
  asked.gone.addEventListener("abort", leave);
  const fail = (problem: string) => {
    if (left) return;
    ended?.(`${provider} ${problem}`);
    refuse(502, "api_error", `${provider} ${problem}.`);
  };

  if (request.method === "POST") request.pipe(sent);
  else {
    request.resume();
    sent.end();
  }
  const answered = await new Promise<IncomingMessage | Error>((resolve) => {
    sent.on("response", resolve);
    sent.on("error", resolve);
    sent.on("close", () => resolve(new Error("it closed the connection")));
  });
  if (answered instanceof Error) {
    const count = left ? abandoned?.() : undefined;
    if (count) charge(setting, count);
    return fail(`cannot be reached (${codeOf(answered)})`);
  }
  const status = answered.statusCode!;
  if (status >= 300 && status < 400) {
    sent.destroy();
    return fail("redirects to another place, where nothing may be asked: correct its address");
  }
  const head = { status, headers: headersDown(answered.headers) };
  const keep = place !== undefined;
  const delivery = new Delivery(response, protocol, head, { secrets: upstream.secrets, keep });
  answered.on("error", () => undefined);
  answered.on("data", (chunk: Buffer) => {
    if (delivery.push(chunk)) return;
    answered.pause();
    response.once("drain", () => answered.resume());
  });
  await new Promise((resolve) => answered.on("close", resolve));
  const isWhole = answered.complete;
  if (isWhole) delivery.end();
  account(setting, asked, delivery, isWhole);
  if (isWhole) ended?.(troubleOf(provider, delivery));
  else fail("broke off in the middle of an answer");
  // What the agent did not want to hear to its end, it will not want to hear the next time.
  if (isWhole || left) await place?.()?.write(delivery.recorded!);
}

function open(
  { agent }: Setting,
  upstream: Upstream,
  { path, query }: Asked,
  { method, headers }: IncomingMessage,
): ClientRequest {
  const target = new URL(upstream.url);
  target.pathname = `${target.pathname.replace(/\/$/, "")}${path}`;
  target.search = query;
  const length = method === "GET" ? undefined : headers["content-length"];
  const sized = length === undefined ? {} : { "content-length": length };
  const send = target.protocol === "https:" ? httpsRequest : httpRequest;
  const all = { ...headersUp(headers), ...sized, ...upstream.headers };
  return send(target, { method: method!, headers: all, agent });
}

/** The place in the recording, known once the whole request is. */
function placeOf({ provider, track, names }: Setting, { route }: Asked, request: IncomingMessage) {
  const chunks: Buffer[] = [];
  let place: Place | undefined;
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    place = track!.next(normalise(provider, route, Buffer.concat(chunks), names));
  });
  return () => place;
}

const codeOf = (error: Error) => ("code" in error ? String(error.code) : error.message);
