import type { Analysis, Pattern } from "../domain/analysis.ts";
import { oneLine, printable } from "../domain/printable.ts";
import { plural, share } from "./numbers.ts";
import { wrap } from "./table.ts";

export function renderAnalysis(analysis: Analysis, width: number): string {
  const { id, periodDays, totalTasks, failureCount, patterns } = analysis;
  const head = `Analysis ${id}: ${plural(failureCount, "failure")} in ${plural(totalTasks, "outcome")} of the last ${plural(periodDays, "day")}.`;
  if (patterns.length === 0)
    return `${head}\nNo pattern: no failures are alike often enough. See --min-failures and --days.`;
  return [head, ...patterns.map((pattern) => renderPattern(pattern, width)), next(patterns[0]!)].join("\n\n");
}

function renderPattern(
  { id, kind, category, frequency, previousFrequency, share: part, severity, focusArea, examples }: Pattern,
  width: number,
): string {
  const noun = kind === "slow" ? "slow ones" : "failures";
  const lines = [
    `${printable(id)}  [${severity}]`,
    `  ${frequency} ${noun} (${previousFrequency} in the period before), ${share(part)} of ${printable(category)}`,
    wrap(printable(focusArea), width, "  "),
    ...examples.map(
      ({ id: outcome, task, notes }) =>
        `  #${outcome} ${oneLine(notes ? `${task} — ${notes}` : task, Math.min(width, 160) - 12)}`,
    ),
  ];
  return lines.join("\n");
}

const next = ({ id }: Pattern) => `Next: kira-improve propose --pattern ${printable(id)}`;
