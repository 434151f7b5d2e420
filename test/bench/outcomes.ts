/** What a made-up record looks like. */
export interface Shape {
  readonly count: number;
  /** Over how many days before `now` it is spread evenly. */
  readonly days: number;
  readonly now: Date;
  readonly seed: number;
}

const categories =
  "billing scheduling code outreach research support travel hiring legal writing data home".split(" ");
const glue = "the a to of and in for is on with that it was as not at this we you i be are from by".split(
  " ",
);
const commonWords = 8_000;
const ownWords = 600;
const causes = 10;

/**
 * Outcomes as JSON lines, the same for the same seed, a tenth of them failures. Words are as unevenly common as in
 * a language (Zipf), some are a category's own, one text in three holds a name or number that no other has, and
 * what fails fails for one of ten causes of its category, each with words of its own.
 */
export function outcomeLines({ count, days, now, seed }: Shape): Buffer {
  const random = numbersFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const common = Array.from({ length: commonWords }, () => word(below));
  const own = categories.map(() => Array.from({ length: ownWords }, () => word(below)));
  const told = categories.map(() =>
    Array.from({ length: causes }, () => Array.from({ length: 8 }, () => word(below))),
  );
  // Log-uniform ranks are Zipf's law with exponent one.
  const zipf = <Item>(items: readonly Item[]) => items[Math.floor(items.length ** random()) - 1]!;
  const sentence = (length: number, category: number, cause: readonly string[] = []) => {
    const words = Array.from({ length }, () => {
      const from = random();
      if (from < 0.35) return zipf(glue);
      if (from < 0.5 && cause.length > 0) return zipf(cause);
      return zipf(from < 0.7 ? own[category]! : common);
    });
    if (random() < 1 / 3) words.push(`${word(below)}${below(1e6)}`);
    return `${words.join(" ").replace(/^./, (letter) => letter.toUpperCase())}.`;
  };
  const step = (days * 86_400_000) / count;
  const parts: Buffer[] = [];
  for (let from = 0; from < count; from += 10_000) {
    const lines: string[] = [];
    for (let i = from; i < Math.min(count, from + 10_000); i++) {
      const category = below(categories.length);
      const fails = random() < 0.1;
      const cause = fails ? zipf(told[category]!) : [];
      const noted = fails || random() < 0.2;
      lines.push(
        JSON.stringify({
          timestamp: new Date(now.getTime() - days * 86_400_000 + (i + 1) * step).toISOString(),
          task: sentence(5 + below(12), category),
          outcome: fails ? "failure" : random() < 0.1 ? "partial" : "success",
          category: categories[category],
          durationSeconds: Math.round(20 * Math.exp(2 * (random() + random() - 1))),
          ...(noted ? { notes: sentence(10 + below(30), category, cause) } : {}),
        }),
      );
    }
    parts.push(Buffer.from(`${lines.join("\n")}\n`));
  }
  return Buffer.concat(parts);
}

/** Two to four syllables: easy to say, and few are alike. */
function word(below: (n: number) => number): string {
  const syllable = () => `${"bcdfghjklmnprstvz"[below(17)]}${"aeiou"[below(5)]}${"lmnrst"[below(12)] ?? ""}`;
  return Array.from({ length: 2 + below(3) }, syllable).join("");
}

/** Numbers in [0, 1): mulberry32, by Tommy Ettinger. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
