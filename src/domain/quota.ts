import { instantAt, wallClock } from "./zone.ts";

/** A quota that is used up, and when it is open again, in UTC; null if nobody says. */
export interface UsedUp {
  readonly retryAt: string | null;
}

const signs = [
  /\blimit (has been )?reached\b/i,
  /\b(hit|reached|exceeded) your (\w+[ -]){0,3}(limit|quota)\b/i,
  /\busage_limit_reached\b|\binsufficient_quota\b/i,
  /\bquota (is |has been )?(exceeded|exhausted|used up)\b/i,
  /\bout of (extra )?usage\b/i,
];

/**
 * What a program says of its quota. The wordings are those of agent CLIs: `usage limit reached|1735689600`,
 * `limit reached ∙ resets 3pm (Europe/Paris)`, `try again in 2 days 3 hours`, `try again at Oct 12th, 2025 3:45 PM`.
 * @param zone the time zone of hours that name none
 * @returns undefined if the text speaks of no quota
 */
export function quotaIn(text: string, now: Date, zone = localZone()): UsedUp | undefined {
  if (!signs.some((sign) => sign.test(text))) return undefined;
  const at = seconds(text) ?? later(text, now) ?? clock(text, now, zone);
  return { retryAt: at === undefined || Number.isNaN(at) ? null : new Date(at).toISOString() };
}

const localZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Seconds since 1970. */
function seconds(text: string): number | undefined {
  const [, number] = /(?:reached\||resets_?at"?[:=]\s*)(\d{10})\b/i.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * 1000;
}

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const span = /(\d+(?:\.\d+)?) ?(d|h|m|s)[a-z]*[, ]*(?:and )?/gi;

/** A time from now on. */
function later(text: string, now: Date): number | undefined {
  const [, exact] = /resets_in_seconds"?[:=]\s*(\d{1,9})\b/i.exec(text) ?? [];
  if (exact !== undefined) return now.getTime() + Number(exact) * 1000;
  const [, spans] =
    /(?:try again|retry|resets?|available)(?: again)? (?:in|after) ((?:\d+(?:\.\d+)? ?(?:days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|[dhms])\b[, ]*(?:and )?)+)/i.exec(
      text,
    ) ?? [];
  if (spans === undefined) return undefined;
  return [...spans.matchAll(span)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * units[unit!.toLowerCase() as keyof typeof units],
    now.getTime(),
  );
}

const moment =
  /(?:resets?|try again)(?: at| on)? (?:([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}),?)?(?: at)? )?(\d{1,2})(?::(\d{2}))?(?::\d{2})? ?([ap]m)?\b(?: \(([\w+/-]+)\))?/i;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** An hour of a clock, with a day or without: then it is the next such hour. */
function clock(text: string, now: Date, zone: string): number | undefined {
  const [, iso] = /(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))/.exec(text) ?? [];
  if (iso !== undefined) return Date.parse(iso);
  const [, name, day, year, hours, minutes, half, named = zone] = moment.exec(text) ?? [];
  if (hours === undefined || (minutes === undefined && half === undefined)) return undefined;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (/p/i.test(half) ? 12 : 0);
  const month = name === undefined ? undefined : months.indexOf(name.slice(0, 3).toLowerCase());
  if (month === -1 || hour > 23) return undefined;
  const today = wallClock(now, named);
  if (!today) return undefined;
  const at = { ...today, hour, minute: Number(minutes ?? 0) };
  if (month === undefined) {
    const then = instantAt(at, named);
    return then > now.getTime() ? then : instantAt({ ...at, day: at.day + 1 }, named);
  }
  const dated = { ...at, year: year === undefined ? at.year : Number(year), month, day: Number(day) };
  const then = instantAt(dated, named);
  const isLastYear = year === undefined && then < now.getTime() - units.d;
  return isLastYear ? instantAt({ ...dated, year: dated.year + 1 }, named) : then;
}
