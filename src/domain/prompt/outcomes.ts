import type { Pattern } from "../analysis.ts";
import type { Outcome } from "../outcome.ts";
import { quotable, quotedLine } from "./quote.ts";

const mostFailures = 12;
const mostSuccesses = 6;
const taskCharacters = 600;
const notesCharacters = 800;

/** What fails, in numbers and in the words of those who logged it. */
export function renderPattern(pattern: Pattern): string {
  const { category, terms, kind, frequency, previousFrequency, share } = pattern;
  const lines = [
    `What fails: ${kind === "slow" ? "work that succeeds far too slowly" : "work that fails"}, category ${quotable(JSON.stringify(category), 200)}.`,
    `How often: ${frequency} times in the period, ${previousFrequency} in the one before; ${Math.round(100 * share)} % of the category.`,
  ];
  if (terms.length > 0) lines.push(`Words that these failures share: ${quotable(terms.join(", "), 400)}.`);
  return lines.join("\n");
}

/** Examples as JSON, one a line; the same task twice tells nothing new. Newest first, as they come. */
export function renderOutcomes(
  pattern: Pattern,
  failures: readonly Outcome[],
  contrast: readonly Outcome[],
  mostCharacters: number,
): string {
  const failed = listed(failures, mostFailures, 0.75 * mostCharacters);
  const succeeded = listed(
    contrast.filter(({ outcome, category }) => outcome === "success" && category === pattern.category),
    mostSuccesses,
    0.25 * mostCharacters,
  );
  return [
    `Failures, ${failed.length} of ${failures.length}:`,
    ...failed,
    ...(succeeded.length === 0 ? [] : ["", "Work of the same category that succeeds today:", ...succeeded]),
  ].join("\n");
}

function listed(outcomes: readonly Outcome[], most: number, mostCharacters: number): string[] {
  const lines: string[] = [];
  const known = new Set<string>();
  let left = mostCharacters;
  for (const { task, notes, durationSeconds, outcome } of outcomes) {
    if (lines.length >= most) break;
    if (known.has(task)) continue;
    known.add(task);
    const line = quotedLine({
      task: quotable(task, taskCharacters),
      ...(notes === null ? {} : { notes: quotable(notes, notesCharacters) }),
      ...(outcome === "failure" || durationSeconds === null ? {} : { seconds: durationSeconds }),
    });
    left -= line.length;
    if (left < 0) break;
    lines.push(line);
  }
  return lines;
}
