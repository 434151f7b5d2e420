import type { Attempted, Cycle } from "../loop/cycle.ts";
import { printable } from "../domain/printable.ts";
import { gain, plural } from "./numbers.ts";
import { authorOf } from "./proposal.ts";
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
    ...nextStep(attempts),
  ].join("\n\n");
}

/** How to take back what was merged, or to look into what was not. */
function nextStep(attempts: readonly Attempted[]): string[] {
  const first = attempts.find(({ node }) => node)?.node;
  if (first) return [`Undo it with: kira-improve archive --rollback ${first.parentId ?? 0}`];
  const last = attempts.findLast(({ evaluation }) => evaluation)?.proposal;
  return last ? [`See the evidence with: kira-improve proposals --show ${last.id}`] : [];
}

function renderAttempt(
  { pattern, proposal, evaluation, node, outcome, reason }: Attempted,
  width: number,
): string {
  const head = `${printable(pattern.id)} (${pattern.frequency}×)`;
  if (!proposal) return [head, wrap(`no proposal: ${printable(reason)}`, width, "  ")].join("\n");
  const what = `proposal ${proposal.id}: ${printable(proposal.hypothesis)}`;
  const made = [head, wrap(what, width, "  "), wrap(`from ${printable(authorOf(proposal))}`, width, "  ")];
  const delta = evaluation ? ` ${gain(evaluation.statistics.delta)}` : "";
  if (outcome === "part of the next") return [...made, "  judged together with the next"].join("\n");
  const became = `  ${outcome.toUpperCase()}${delta}${node ? ` → ${node.tag}` : ""}`;
  return [...made, became, wrap(printable(reason), width, "  ")].join("\n");
}
