/** What a clock on the wall shows; months count from 0. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** What clocks show somewhere, such as Europe/Paris; undefined for a zone that does not exist. */
export function wallClock(at: Date, zone: string): WallClock | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
      ...{ hour: "numeric", minute: "numeric" },
    });
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const [year, month, day, hour, minute] = (["year", "month", "day", "hour", "minute"] as const).map(
      (part) => parts.get(part)!,
    ) as [number, number, number, number, number];
    return { year, month: month - 1, day, hour, minute };
  } catch {
    return undefined;
  }
}

/** When clocks in a zone that exists show this, in milliseconds since 1970; a day beyond its month is one of the next. */
export function instantAt({ year, month, day, hour, minute }: WallClock, zone: string): number {
  const wanted = Date.UTC(year, month, day, hour, minute);
  let at = wanted;
  // Twice, for the night in which the offset changes.
  for (let i = 0; i < 2; i++) {
    const shown = wallClock(new Date(at), zone)!;
    at += wanted - Date.UTC(shown.year, shown.month, shown.day, shown.hour, shown.minute);
  }
  return at;
}
