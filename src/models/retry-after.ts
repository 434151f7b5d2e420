/** How long a server wants to be left alone, in ms from `now`; undefined if it does not say. */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const exact = headers.get("retry-after-ms");
  if (isNumber(exact)) return Number(exact);
  const after = headers.get("retry-after");
  if (isNumber(after)) return Number(after) * 1000;
  if (after !== null && !Number.isNaN(Date.parse(after))) return Math.max(0, Date.parse(after) - now);
  // A subscription's window; in seconds since 1970.
  const reset = headers.get("anthropic-ratelimit-unified-reset");
  return isNumber(reset) ? Math.max(0, Number(reset) * 1000 - now) : undefined;
}

function isNumber(text: string | null): text is string {
  return text !== null && /^\d+(\.\d+)?$/.test(text.trim());
}

/** The same where it is only said in words, as “limit resets at 2026-11-27T09:00:00Z”. */
export function saidReset(said: string, now: number): number | undefined {
  const time = /\bresets? (?:at|on) (\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))/i.exec(said)?.[1];
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
