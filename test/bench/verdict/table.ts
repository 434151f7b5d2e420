import { atLeast, atMost, type Row } from "../measure.ts";
import type { Measured } from "./tally.ts";

/** A table for a person; the first column to the left, figures to the right. */
export function renderTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
  return `${title}\n${lines.map((line) => `  ${line.trimEnd()}\n`).join("")}\n`;
}

/** `77.2±0.9`, or `306±4` */
export function shown({ mean, error }: Measured, digits = 1): string {
  return `${mean.toFixed(digits)}±${error.toFixed(digits)}`;
}

/** What must hold, with the Monte-Carlo error beside it. */
export const must = (
  name: string,
  { mean, error }: Measured,
  bound: "≤" | "≥",
  target: number,
  unit = "%",
): Row =>
  (bound === "≤" ? atMost : atLeast)({
    name,
    value: mean,
    unit,
    target,
    beside: `${mean.toFixed(2)} ± ${error.toFixed(2)}`,
  });
