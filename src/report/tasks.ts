import { printable } from "../domain/printable.ts";
import type { Task } from "../domain/task.ts";
import type { BankCheck } from "../loop/bank.ts";
import { plural } from "./numbers.ts";
import { table, wrap } from "./table.ts";

export function renderTasks(tasks: readonly Task[], width: number): string {
  if (tasks.length === 0)
    return "The task bank is empty. Start from a logged failure: kira-improve tasks add --from-outcome <id>.";
  const rows = tasks.map(({ name, category, difficulty, split, enabled, description }) => [
    name,
    category,
    difficulty,
    split,
    enabled ? "yes" : "no",
    description,
  ]);
  return table(["task", "category", "difficulty", "split", "on", "description"], rows, width);
}

export function renderTask({
  name,
  description,
  category,
  prompt,
  criteria,
  difficulty,
  enabled,
  split,
  family,
  mustPass,
  file,
}: Task): string {
  return [
    `${name}: ${printable(description)}`,
    `  ${category}, ${difficulty}, ${split}, family ${family ?? name}${mustPass ? ", must pass" : ""}${enabled ? "" : ", disabled"}`,
    `  ${file}`,
    "",
    printable(prompt),
    "",
    ...criteria.map((criterion) => `  ${printable(JSON.stringify(criterion))}`),
  ].join("\n");
}

export function renderCheck(
  { tasks, enabled, heldOut, families, problems }: BankCheck,
  width: number,
): string {
  const bank = `${plural(tasks, "task")}, ${enabled} enabled, ${heldOut} held out, ${plural(families, "family", "families")}.`;
  const lines =
    problems.length === 0
      ? [`${bank} Every file can be used.`]
      : [...problems.map(({ message }) => message), bank];
  return lines.map((line) => wrap(printable(line), width)).join("\n");
}
