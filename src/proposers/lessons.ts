import type { Config } from "../domain/config.ts";
import type { Outcome } from "../domain/outcome.ts";
import { oneLine } from "../domain/printable.ts";
import { tellingTerms, termsOf } from "../domain/terms.ts";

type Lessons = NonNullable<Config["propose"]["lessons"]>;

/** Standard deviations by which a term must stand out: one chance in eight to do so by accident. */
const surety = 1.15;

/**
 * The terms that tell the failures from the contrast, most telling first. Tasks are compared with tasks and
 * notes with notes: successes rarely have notes, so their mere wording ("answered …") would look telling.
 */
export function lessonTerms(
  failures: readonly Outcome[],
  contrast: readonly Outcome[],
  { category, from }: { category: string; from: Lessons["from"] },
): string[] {
  const surest = new Map<string, number>();
  for (const field of from) {
    // The same text logged twice is one witness: what is rare in it does not become common.
    const texts = (outcomes: readonly Outcome[]) =>
      [...new Set(outcomes.map((one) => one[field]))].flatMap((text) => (text ? [termsOf(text)] : []));
    for (const { term, inside, z } of tellingTerms(texts(failures), texts(contrast), surety)) {
      if (inside >= 2) surest.set(term, Math.max(z, surest.get(term) ?? 0));
    }
  }
  for (const word of termsOf(category)) surest.delete(word);
  return [...surest].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([term]) => term);
}

/** The line that teaches these terms. A category is foreign text: it cannot make a second line. */
export function lessonLine(
  { format }: Pick<Lessons, "format">,
  category: string,
  terms: readonly string[],
): string {
  const filled = { category: oneLine(category, 100), terms: terms.join(", ") };
  return format.replace(/\{(category|terms)\}/g, (_, name: keyof typeof filled) => filled[name]);
}

/** The terms, in lower case, that the file already teaches for a category, whoever wrote the line. */
export function taughtTerms(text: string, lessons: Pick<Lessons, "format">, category: string): Set<string> {
  const gap = "\0";
  const [before = "", ...rest] = lessonLine(lessons, category, [gap]).trim().toLowerCase().split(gap);
  const after = rest.at(-1) ?? "";
  const lines = text.split("\n").map((line) => line.trim().toLowerCase());
  const lessonLines = lines.filter((line) => line.startsWith(before) && line.endsWith(after));
  const taught = lessonLines.flatMap((line) =>
    line.slice(before.length, line.length - after.length).split(","),
  );
  return new Set(taught.map((term) => term.trim()));
}

/**
 * The text with one more line after the last that is not empty: of the section below the heading `under`, or
 * of the whole text. A heading that is not there is added at the end. All other bytes stay as they are.
 */
export function withLine(text: string, line: string, under: string | undefined): string {
  const lines = text.split(/(?<=\n)/);
  const ending = text.includes("\r\n") ? "\r\n" : "\n";
  const [start, end] = under === undefined ? [0, lines.length] : sectionOf(lines, under.trim());
  const missing = start === undefined;
  const last = lines.slice(0, end).findLastIndex((each) => each.trim() !== "");
  const added = missing
    ? [under!.trim(), "", line]
    : last === start && under !== undefined
      ? ["", line]
      : [line];
  if (last < 0) return (missing ? added : [line]).map((each) => each + ending).join("") + text;
  if (missing) added.unshift("");

  const before = lines.slice(0, last + 1).join("");
  const after = lines.slice(last + 1).join("");
  const inserted = added.join(ending);
  return before.endsWith("\n") ? before + inserted + ending + after : before + ending + inserted;
}

/** Where a heading stands and where the next one does; undefined and the end if it is nowhere. */
function sectionOf(lines: readonly string[], heading: string): [number | undefined, number] {
  let fenced = false;
  let start: number | undefined;
  for (const [at, line] of lines.entries()) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) continue; // a "# comment" in a code block is no heading
    if (start !== undefined && /^#{1,6}\s/.test(line)) return [start, at];
    if (start === undefined && line.trim() === heading) start = at;
  }
  return [start, lines.length];
}
