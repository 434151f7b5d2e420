import type { Conclusion, TaskScores } from "../domain/evaluation.ts";
import { printable } from "../domain/printable.ts";
import { mean } from "../domain/verdict/cell.ts";
import { gain } from "./numbers.ts";
import { verdictFacts } from "./verdict.ts";

const mostRows = 20;

/** What a model or an agent named must not become markup. */
const plain = (text: string) =>
  printable(text)
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>#|!~&@]/g, (sign) => `\\${sign}`);

/** The verdict as a comment under a pull request. */
export function renderMarkdown(title: string, conclusion: Conclusion): string {
  const { verdict, reason, tasks } = conclusion;
  const before = ({ ledger, baseline }: TaskScores) => [...ledger, ...baseline];
  const change = (task: TaskScores) => mean(task.candidate) - mean(before(task));
  const moved = tasks
    .filter((task) => task.candidate.length > 0 && before(task).length > 0 && change(task) !== 0)
    .sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)));
  const arm = (scores: readonly number[]) =>
    `${Number(scores.reduce((sum, x) => sum + x, 0).toFixed(2))}/${scores.length}`;
  const rows = moved
    .slice(0, mostRows)
    .map(
      (task) =>
        `| ${plain(task.task)} | ${arm(before(task))} | ${arm(task.candidate)} | ${gain(change(task))} |`,
    );
  return [
    `### ${plain(title)}: ${verdict}`,
    "",
    plain(reason),
    "",
    "| | |",
    "| --- | --- |",
    ...verdictFacts(conclusion).map(([name, text]) => `| ${name} | ${plain(text)} |`),
    ...(rows.length === 0
      ? []
      : [
          "",
          `<details><summary>${moved.length} of ${tasks.length} tasks moved</summary>`,
          "",
          "| task | baseline | candidate | change |",
          "| --- | ---: | ---: | ---: |",
          ...rows,
          "",
          "</details>",
        ]),
  ].join("\n");
}
