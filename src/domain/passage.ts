import { distance } from "fastest-levenshtein";
import { fit } from "./printable.ts";

/** A stretch of a text, with how far it is from what was looked for. */
export interface Passage {
  readonly text: string;
  /** The number of its first line, from 1. */
  readonly line: number;
  /** 1 where they are equal but for white space, 0 where nothing is alike. */
  readonly likeness: number;
}

/** So many places are compared letter by letter, and so many letters of each. */
const contenders = 6;
const mostLetters = 1_200;

/**
 * The lines of a text that are most like a passage that is not in it; undefined if nothing is. Lines are first ranked
 * by the words they share with it, because comparing letters everywhere takes seconds in a long file.
 */
export function nearestPassage(text: string, wanted: string): Passage | undefined {
  const lines = text.split("\n");
  const height = Math.max(1, wanted.trim().split("\n").length);
  const sought = new Set(wordsOf(wanted));
  if (sought.size === 0) return undefined;
  const shared = lines.map((line) => wordsOf(line).filter((word) => sought.has(word)).length);
  const ranked: { at: number; score: number }[] = [];
  let score = shared.slice(0, height).reduce((sum, n) => sum + n, 0);
  for (let at = 0; at < lines.length; at++) {
    if (score > 0) ranked.push({ at, score });
    score += (shared[at + height] ?? 0) - shared[at]!;
  }
  const best = ranked
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, contenders)
    .map(({ at }) => passageAt(lines, at, height, wanted))
    .sort((a, b) => b.likeness - a.likeness);
  return best[0];
}

function passageAt(lines: readonly string[], at: number, height: number, wanted: string): Passage {
  const text = lines.slice(at, at + height).join("\n");
  const [mine, theirs] = [plain(text), plain(wanted)];
  const longest = Math.max(mine.length, theirs.length, 1);
  return { text, line: at + 1, likeness: 1 - distance(mine, theirs) / longest };
}

const plain = (text: string) => fit(text.replace(/\s+/g, " ").trim(), mostLetters);
const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];

/** The numbers of the lines at which a text holds a passage, from 1; the first few. */
export function linesWith(text: string, passage: string, most = 5): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(passage); at >= 0 && found.length < most; at = text.indexOf(passage, at + 1))
    found.push(text.slice(0, at).split("\n").length);
  return found;
}
