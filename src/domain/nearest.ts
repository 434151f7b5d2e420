import { distance } from "fastest-levenshtein";

interface Candidate {
  readonly word: string;
  /** Letters to add, drop or change. */
  readonly steps: number;
}

function ranked(word: string, known: readonly string[]): Candidate[] {
  return known
    .map((each) => ({ word: each, steps: distance(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
}

/** The word of `known` that a mistyped `word` most likely meant, if any is close. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const [best] = ranked(word, known);
  return best && best.steps <= Math.max(2, Math.floor(word.length / 3)) ? best.word : undefined;
}

/** All of `known`, what is written most like `word` first. */
export function nearestFirst(word: string, known: readonly string[]): string[] {
  return ranked(word, known).map((candidate) => candidate.word);
}
