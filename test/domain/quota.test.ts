import { expect, test } from "vitest";
import { quotaIn } from "../../src/domain/quota.ts";

/** A Wednesday afternoon in Europe, a winter's day. */
const now = new Date("2026-01-14T14:30:00.000Z");

test.each<[said: string, until: string]>([
  ["Claude AI usage limit reached|1768410000", "2026-01-14T17:00:00.000Z"],
  ["5-hour limit reached ∙ resets 3pm (UTC)", "2026-01-14T15:00:00.000Z"],
  ["Claude usage limit reached. Your limit will reset at 3pm (America/Bogota).", "2026-01-14T20:00:00.000Z"],
  ["You've hit your limit · resets 9am (Europe/Paris)", "2026-01-15T08:00:00.000Z"],
  ["Weekly limit reached ∙ resets Jan 20, 12am (UTC)", "2026-01-20T00:00:00.000Z"],
  ["Weekly limit reached ∙ resets Jan 2 at 5:30pm (UTC)", "2027-01-02T17:30:00.000Z"],
  ["You've hit your session limit · resets 11:15pm", "2026-01-14T23:15:00.000Z"],
  [
    "You've hit your usage limit. Upgrade to Pro (https://x.test) or try again in 2 days 17 hours 14 minutes.",
    "2026-01-17T07:44:00.000Z",
  ],
  ["You've hit your usage limit. Try again in 2 hours.", "2026-01-14T16:30:00.000Z"],
  ["You've hit your usage limit. Try again at 3:45 PM.", "2026-01-14T15:45:00.000Z"],
  ["You've hit your usage limit. Try again at Feb 12th, 2026 3:45 PM.", "2026-02-12T15:45:00.000Z"],
  ["Rate limit reached for gpt-x. Please try again in 1.5s.", "2026-01-14T14:30:01.500Z"],
  ['{"type":"usage_limit_reached","resets_in_seconds":60}', "2026-01-14T14:31:00.000Z"],
  ['{"type":"usage_limit_reached","resets_at":1768410000}', "2026-01-14T17:00:00.000Z"],
  ["usage limit reached, resets 2026-01-14T18:00:00+01:00", "2026-01-14T17:00:00.000Z"],
])("%s: the quota is open again at %s", (said, until) => {
  expect(quotaIn(said, now, "UTC")).toEqual({ retryAt: until });
});

test.each([
  "Claude usage limit reached.",
  "You've hit your usage limit. Try again later.",
  "usage limit reached, resets 3pm (Middle/Earth)",
  "usage limit reached, resets 3",
  "You've hit your usage limit, try again at 10 de jul. de 2026, 11:52.",
])("%s: the quota is used up, and nobody knows until when", (said) => {
  expect(quotaIn(said, now, "UTC")).toEqual({ retryAt: null });
});

test.each(["The prompt is too long.", "I limited the list to ten.", "API Error: 529 overloaded", ""])(
  "%s: this is no matter of a quota",
  (said) => expect(quotaIn(said, now, "UTC")).toBeUndefined(),
);

test("an hour in the night in which clocks change is the hour that clocks show", () => {
  const eve = new Date("2026-03-28T22:00:00.000Z");
  expect(quotaIn("limit reached, resets 9am (Europe/Paris)", eve)).toEqual({
    retryAt: "2026-03-29T07:00:00.000Z",
  });
});
