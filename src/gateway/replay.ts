import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { Delivery } from "./delivery.ts";
import { normalise } from "./normal.ts";
import { account, type Asked, type Refuse, type Setting, troubleOf } from "./setting.ts";

/** Answers from a recording, piece by piece as the provider did, and asks nobody. */
export async function replay(
  setting: Setting,
  asked: Asked,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: Refuse,
): Promise<void> {
  const { protocol, provider, fate, recording, track, names } = setting;
  const body = await bodyOf(request);
  if (body === undefined) return;
  const recorded = await track!.next(normalise(provider, asked.route, body, names)).read();
  if (!recorded) {
    const what = `The recording in ${recording} has no answer to this ${asked.route} to ${provider}`;
    fate.refuse(`${what}. Record it again with --record ${recording}, where the model can be reached.`);
    return refuse(424, "not_recorded", `${what}.`);
  }
  const ended = asked.thinks ? fate.begin() : undefined;
  const delivery = new Delivery(response, protocol, recorded, { secrets: [], keep: false });
  for (const chunk of recorded.chunks) {
    if (asked.gone.aborted) break;
    if (!delivery.push(chunk)) await drained(response, asked.gone);
    await turn();
  }
  const isWhole = !asked.gone.aborted;
  if (isWhole) delivery.end();
  account(setting, asked, delivery, isWhole);
  if (isWhole) ended?.(troubleOf(provider, delivery));
}

/** @returns undefined if the agent left before it was complete, or it is too large */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return request.complete ? Buffer.concat(chunks) : undefined;
  } catch {
    return undefined;
  }
}

const drained = (response: ServerResponse, gone: AbortSignal) =>
  new Promise<void>((resolve) => {
    response.once("drain", resolve);
    gone.addEventListener("abort", () => resolve());
  });
