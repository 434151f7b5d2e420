import { createHash } from "node:crypto";
import { isObject, parseObject } from "./json.ts";

/** A request as it is recorded: what it asks, without what differs from one run of a trial to the next. */
export interface NormalRequest {
  readonly provider: string;
  readonly route: string;
  readonly body: string;
}

/** Fields at the top that name a session or a user, and change no answer. */
const volatile = new Set([
  ...["metadata", "user", "safety_identifier", "prompt_cache_key", "client_metadata", "service_tier"],
]);
const moment = /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g;
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;

/** @param names texts that are other ones in each run, such as the trial's folder, and what stands for them */
export function normalise(
  provider: string,
  route: string,
  body: Buffer,
  names: Readonly<Record<string, string>>,
): NormalRequest {
  const text = body.toString("utf8");
  const json = parseObject(text);
  const kept = json && Object.fromEntries(Object.entries(json).filter(([name]) => !volatile.has(name)));
  let normal = kept ? JSON.stringify(sorted(kept)) : text;
  for (const [name, meaning] of Object.entries(names)) normal = normal.replaceAll(name, meaning);
  return { provider, route, body: normal.replace(moment, "<moment>").replace(uuid, "<uuid>") };
}

export function hashOf({ provider, route, body }: NormalRequest): string {
  return createHash("sha256")
    .update(JSON.stringify([provider, route, body]))
    .digest("hex")
    .slice(0, 32);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
