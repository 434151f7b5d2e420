import type { IncomingHttpHeaders } from "node:http";

// Lists of what passes, not of what does not: no cookie, no key, nothing that belongs to one connection, and no
// account to be billed for it.
const toUpstream =
  /^(accept|content-type|user-agent|anthropic-version|anthropic-beta|openai-beta|x-stainless-[\w-]+)$/;
const toAgent =
  /^(content-type|content-length|date|retry-after|retry-after-ms|request-id|x-request-id|x-should-retry|(anthropic|x)-ratelimit-[\w-]+)$/;

export type Headers = Record<string, string>;

/** Nothing is compressed on the way, because answers are read as they pass. */
export const headersUp = (headers: IncomingHttpHeaders): Headers => ({
  ...passed(headers, toUpstream),
  "accept-encoding": "identity",
});

export const headersDown = (headers: IncomingHttpHeaders): Headers => passed(headers, toAgent);

function passed(headers: IncomingHttpHeaders, allowed: RegExp): Headers {
  const kept = Object.entries(headers).filter(([name, value]) => allowed.test(name) && value !== undefined);
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** Whether a request names this token, in whichever way its library does. */
export function names(headers: IncomingHttpHeaders, token: string): boolean {
  return headers["x-api-key"] === token || headers.authorization?.replace(/^Bearer /i, "") === token;
}

/** Whether it names a key at all. */
export const namesAny = (headers: IncomingHttpHeaders): boolean =>
  headers["x-api-key"] !== undefined || headers.authorization !== undefined;
