import { fit, printable } from "../domain/printable.ts";

export type Cell = string | number | null;

/**
 * Columns side by side, numbers to the right. The widest columns give way so that a line fits.
 * @param width of the terminal; Infinity for a pipe, where nothing is cut
 */
export function table(
  headings: readonly string[],
  rows: ReadonlyArray<readonly Cell[]>,
  width: number,
): string {
  const cells = [
    headings,
    ...rows.map((row) => row.map((cell) => (cell === null ? "–" : flat(String(cell))))),
  ];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const excess = widths.reduce((sum, w) => sum + w + 2, -2) - width;
  for (let cut = 0; cut < excess; cut++) widths[widths.indexOf(Math.max(...widths))]!--;
  const isNumber = headings.map((_, column) =>
    rows.every((row) => typeof row[column] === "number" || row[column] === null),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => {
          const cut = fit(cell, widths[column]!);
          return isNumber[column] ? cut.padStart(widths[column]!) : cut.padEnd(widths[column]!);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const flat = (text: string) => printable(text).replace(/\s+/g, " ").trim();

/** Long sentences broken at words. */
export function wrap(text: string, width: number, indent = ""): string {
  const limit = Math.max(20, Math.min(width, 100) - indent.length);
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(/ +/)) {
      if (line !== "" && line.length + 1 + word.length > limit) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => `${indent}${line}`.trimEnd()).join("\n");
}

/** Two columns, the second broken at words. */
export function entry(left: string, right: string, column: number, width: number): string {
  return left.padEnd(column) + wrap(right, width, " ".repeat(column)).slice(column);
}
