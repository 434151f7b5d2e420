import { posix } from "node:path";
import type { Pattern } from "../analysis.ts";
import type { Outcome } from "../outcome.ts";
import { termsOf } from "../terms.ts";

/** A word, and how much it says about what fails. */
export type Weights = ReadonlyMap<string, number>;

const mostTerms = 24;
const mostExamples = 40;
/** Where in a long file its words are looked for. */
const readCharacters = 64 * 1024;

/** The words by which files are chosen: those of the pattern first, then those that its examples say most often. */
export function weightsOf(
  { terms, category }: Pick<Pattern, "terms" | "category">,
  failures: readonly Outcome[],
): Weights {
  const weights = new Map<string, number>();
  for (const term of termsOf(category)) weights.set(term, 4);
  for (const term of terms) weights.set(term, 6);
  const counts = new Map<string, number>();
  for (const { task } of failures.slice(0, mostExamples))
    for (const term of termsOf(task.slice(0, 2_000))) counts.set(term, (counts.get(term) ?? 0) + 1);
  for (const [term, n] of [...counts]
    .filter(([, n]) => n > 1)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)))
    if (!weights.has(term) && weights.size < mostTerms) weights.set(term, 1 + n / mostExamples);
  return weights;
}

/** What agents read first. */
const leading = /(^|\/)(agents|claude|soul|identity|boot|gemini|copilot-instructions)\.md$/i;

/** How likely a file steers what fails, by its path alone: thousands of paths are ranked before any is read. */
export function pathRelevance(path: string, weights: Weights): number {
  const words = new Set(path.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  let score = leading.test(path) ? 8 : /(^|\/)SKILL\.md$/.test(path) ? 2 : 0;
  for (const [term, weight] of weights) if (words.has(term)) score += 2 * weight;
  if (/\.(md|mdx|markdown|txt|prompt|json|ya?ml|toml)$/i.test(path)) score += 1;
  return score - 0.25 * path.split("/").length;
}

/** How much a text speaks of what fails. */
export function textRelevance(text: string, weights: Weights): number {
  const said = text.slice(0, readCharacters).toLowerCase();
  let score = 0;
  for (const [term, weight] of weights) if (said.includes(term)) score += weight;
  return score;
}

/** Paths with the most relevant first; ties in the order of the alphabet, so that the same is read each time. */
export function byRelevance(paths: readonly string[], weights: Weights): string[] {
  return paths
    .map((path) => ({ path, score: pathRelevance(path, weights) }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
}

/** Whether a path's name says that it is text with headings. */
export const hasHeadings = (path: string) =>
  [".md", ".mdx", ".markdown"].includes(posix.extname(path).toLowerCase());
