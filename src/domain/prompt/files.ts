import { withoutHidden } from "../hidden.ts";
import { redact } from "../redact.ts";
import { excerpt } from "./excerpt.ts";
import { fenced, shownPath } from "./quote.ts";
import { pathRelevance, textRelevance, type Weights } from "./relevance.ts";

/** A file longer than this is shown whole only if it is all there is. In characters. */
const mostWhole = 30_000;
const fewestWorthwhile = 400;
const mostListed = 100;
/** No more than this are looked at: what ranks below them says little, and each costs time. */
const mostShown = 60;

/**
 * The configuration, most relevant first: in full what fits, of longer files the parts that matter, and of the rest
 * the paths. What is left out is said.
 */
export function renderFiles(
  files: ReadonlyMap<string, string>,
  paths: readonly string[],
  weights: Weights,
  mostCharacters: number,
): string {
  const ranked = [...files]
    .map(([path, text]) => ({
      path,
      text,
      score: textRelevance(text, weights) + pathRelevance(path, weights),
    }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
  const shown: string[] = [];
  const taken = new Set<string>();
  let left = mostCharacters - Math.min(mostCharacters / 4, sizeOfList(paths));
  for (const { path, text } of ranked.slice(0, mostShown)) {
    if (left < fewestWorthwhile) break;
    // Beyond this nothing of it could be shown whole.
    const clean = redact(withoutHidden(text));
    const isWhole = clean.length <= Math.min(left, Math.max(mostWhole, mostCharacters / 2));
    const part = isWhole ? clean : excerpt(path, clean, weights, Math.min(left, mostCharacters / 3));
    if (part.trim() === "" && clean.trim() !== "") continue;
    const extent = isWhole ? "whole" : `parts of ${clean.split("\n").length} lines; the rest is left out`;
    shown.push(`File ${shownPath(path)} (${extent}):\n${fenced(part)}`);
    taken.add(path);
    left -= part.length + path.length + 40;
  }
  return [...shown, ...renderRest(paths.filter((path) => !taken.has(path)))].join("\n\n");
}

function renderRest(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const listed = paths.slice(0, mostListed);
  const more = paths.length - listed.length;
  return [
    [
      "Files that exist and are not shown; leave them as they are:",
      ...listed.map((path) => `- ${shownPath(path)}`),
      ...(more > 0 ? [`- and ${more} more`] : []),
    ].join("\n"),
  ];
}

/** What it takes at most to list the paths that are not shown. */
const sizeOfList = (paths: readonly string[]) =>
  paths.slice(0, mostListed).reduce((sum, path) => sum + path.length + 6, 120);
