import { distance } from "fastest-levenshtein";

/** The word of `known` that a mistyped `word` most likely meant, if any is close. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({
    candidate,
    steps: distance(word.toLowerCase(), candidate.toLowerCase()),
  }));
  const [best] = ranked.sort((a, b) => a.steps - b.steps);
  return best && best.steps <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}
