import type { Attempted, Cycle } from "../loop/cycle.ts";
import { printable } from "../domain/printable.ts";
import { gain, plural } from "./numbers.ts";
import { wrap } from "./table.ts";

export function renderCycle({ analysis, attempts, reason }: Cycle, width: number): string {
  const kept = attempts.filter(({ outcome }) => outcome === "merged").length;
  const tried = attempts.filter(({ proposal }) => proposal).length;
  return [
    wrap(
      `Analysis ${analysis.id}: ${plural(analysis.failureCount, "failure")} in ${plural(analysis.totalTasks, "outcome")}, ${plural(analysis.patterns.length, "pattern")}.`,
      width,
    ),
    ...attempts.map((attempt) => renderAttempt(attempt, width)),
    wrap(`${plural(tried, "proposal")} tried, ${kept} merged. ${printable(reason)}`, width),
  ].join("\n\n");
}

function renderAttempt(
  { pattern, proposal, evaluation, node, outcome, reason }: Attempted,
  width: number,
): string {
  const what = proposal ? `proposal ${proposal.id}: ${proposal.hypothesis}` : "no proposal";
  const delta = evaluation ? ` ${gain(evaluation.statistics.delta)}` : "";
  const head = [`${printable(pattern.id)} (${pattern.frequency}×)`, wrap(printable(what), width, "  ")];
  if (outcome === "part of the next") return [...head, "  judged together with the next"].join("\n");
  const became = `  ${outcome.toUpperCase()}${delta}${node ? ` → ${node.tag}` : ""}`;
  return [...head, became, wrap(printable(reason), width, "  ")].join("\n");
}
