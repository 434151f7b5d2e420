import type { Analysis, Pattern } from "../domain/analysis.ts";
import { oneLine, printable } from "../domain/printable.ts";
import { plural, share } from "./numbers.ts";
import { wrap } from "./table.ts";

export function renderAnalysis(analysis: Analysis, width: number): string {
  const { id, periodDays, totalTasks, failureCount, patterns } = analysis;
  const head = wrap(
    `Analysis ${id}: ${plural(failureCount, "failure")} in ${plural(totalTasks, "outcome")} of the last ${plural(periodDays, "day")}.`,
    width,
  );
  if (patterns.length === 0)
    return `${head}\n${wrap("No pattern: no failures are alike often enough. Look further with --days and --min-failures.", width)}`;
  return [head, ...patterns.map((pattern) => renderPattern(pattern, width)), next(patterns[0]!)].join("\n\n");
}

function renderPattern(
  { id, kind, category, frequency, previousFrequency, share: part, severity, focusArea, examples }: Pattern,
  width: number,
): string {
  const found = kind === "slow" ? `${frequency} slow` : plural(frequency, "failure");
  const lines = [
    `${printable(id)}  [${severity}]`,
    wrap(
      `${found} (${previousFrequency} in the period before), ${share(part)} of ${printable(category)}`,
      width,
      "  ",
    ),
    wrap(printable(focusArea), width, "  "),
    ...examples.map(
      ({ id: outcome, task, notes }) =>
        `  ${oneLine(`#${outcome} ${notes ? `${task} — ${notes}` : task}`, width - 2)}`,
    ),
  ];
  return lines.join("\n");
}

const next = ({ id }: Pattern) => `Next: kira-improve propose --pattern ${printable(id)}`;
