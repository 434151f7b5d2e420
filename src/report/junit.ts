import type { Conclusion, TaskScores } from "../domain/evaluation.ts";
import { printable } from "../domain/printable.ts";
import { mean } from "../domain/verdict/cell.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const escaped = (text: string) => printable(text).replace(/[&<>"']/g, (sign) => entities[sign]!);

/**
 * The verdict as one test case, which fails unless it is `improved` (and is skipped while it is inconclusive), and a
 * case for each task with what both arms scored.
 */
export function renderJunit(title: string, { verdict, reason, tasks }: Conclusion): string {
  const body = {
    improved: "",
    inconclusive: `<skipped message="${escaped(reason)}"/>`,
    "not-improved": `<failure type="not-improved" message="${escaped(reason)}"/>`,
    regression: `<failure type="regression" message="${escaped(reason)}"/>`,
  }[verdict];
  const failures = verdict === "not-improved" || verdict === "regression" ? 1 : 0;
  const skipped = verdict === "inconclusive" ? 1 : 0;
  const name = escaped(title);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="kira-improve" tests="${tasks.length + 1}" failures="${failures}" errors="0" skipped="${skipped}">`,
    `  <testcase classname="verdict" name="${name}">${body}</testcase>`,
    ...tasks.map((task) => `  ${caseOf(task)}`),
    "</testsuite>",
  ].join("\n");
}

function caseOf({ task, category, ledger, baseline, candidate }: TaskScores): string {
  const arm = (scores: readonly number[]) =>
    scores.length === 0 ? "not tried" : `${mean(scores).toFixed(3)} over ${scores.length}`;
  const said = `baseline ${arm([...ledger, ...baseline])}, candidate ${arm(candidate)}`;
  return `<testcase classname="${escaped(category || "task")}" name="${escaped(task)}"><system-out>${said}</system-out></testcase>`;
}
