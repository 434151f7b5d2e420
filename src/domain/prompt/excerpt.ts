import { hasHeadings, textRelevance, type Weights } from "./relevance.ts";

/** A stretch of lines; headings keep their place in the text even if nothing below them is shown. */
interface Part {
  readonly lines: readonly string[];
  readonly isHeading: boolean;
  readonly score: number;
}

const blockLines = 20;

/** The headings of a text and those paragraphs that speak of what fails, with a note wherever lines are missing. */
export function excerpt(path: string, text: string, weights: Weights, mostCharacters: number): string {
  const parts = partsOf(text, hasHeadings(path), weights);
  const size = ({ lines }: Part) => lines.reduce((sum, line) => sum + line.length + 1, 0);
  let left = 0.9 * mostCharacters;
  const kept = new Set<Part>();
  const take = (part: Part) => {
    if (size(part) > left) return;
    left -= size(part);
    kept.add(part);
  };
  const telling = parts.filter(({ score, isHeading }) => score > 0 && !isHeading);
  for (const part of [...telling].sort((a, b) => b.score - a.score))
    if (left > 0.25 * mostCharacters) take(part);
  for (const part of parts.filter(({ isHeading }) => isHeading)) take(part);
  // Nothing speaks of it: then its beginning says what the file is.
  if (telling.length === 0)
    for (const part of parts.filter((each) => !each.isHeading).slice(0, 3)) take(part);
  return render(parts, kept);
}

function render(parts: readonly Part[], kept: ReadonlySet<Part>): string {
  const lines: string[] = [];
  let missing = 0;
  const note = () => {
    if (missing > 0) lines.push(`[… ${missing} lines left out …]`);
    missing = 0;
  };
  for (const part of parts) {
    if (!kept.has(part)) {
      missing += part.lines.length;
      continue;
    }
    note();
    lines.push(...part.lines);
  }
  note();
  return lines.join("\n");
}

function partsOf(text: string, headings: boolean, weights: Weights): Part[] {
  const parts: Part[] = [];
  let open: string[] = [];
  const close = () => {
    if (open.length > 0)
      parts.push({ lines: open, isHeading: false, score: textRelevance(open.join("\n"), weights) });
    open = [];
  };
  for (const line of text.split("\n")) {
    if (headings && /^#{1,6}\s/.test(line)) {
      close();
      parts.push({ lines: [line], isHeading: true, score: 0 });
      continue;
    }
    open.push(line);
    if (line.trim() === "" || open.length >= blockLines) close();
  }
  close();
  return parts;
}
