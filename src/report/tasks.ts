import type { Finding } from "../domain/finding.ts";
import { printable } from "../domain/printable.ts";
import type { Task } from "../domain/task.ts";
import type { BankCheck } from "../loop/bank/check-bank.ts";
import { plural } from "./numbers.ts";
import { table, wrap } from "./table.ts";

/** A task; why its grader is in quarantine if it is, and why its judge does not count yet. */
export type ListedTask = Task & { readonly quarantine: string | null; readonly unqualified: string | null };

const namesShown = 3;

export function renderTasks(tasks: readonly ListedTask[], width: number): string {
  if (tasks.length === 0)
    return "The task bank is empty. Start from a logged failure: kira-improve tasks add --from-outcome <id>.";
  const rows = tasks.map((task) => [
    task.name,
    task.category,
    task.impossible ? "impossible" : task.difficulty,
    task.split,
    stateOf(task),
    task.description,
  ]);
  return table(["task", "category", "difficulty", "split", "on", "description"], rows, width);
}

function stateOf({ enabled, quarantine, unqualified }: ListedTask): string {
  if (!enabled) return "no";
  if (quarantine !== null) return "quarantine";
  return unqualified === null ? "yes" : "judge unproven";
}

export function renderTask(task: ListedTask): string {
  const { name, description, category, prompt, criteria, difficulty, enabled, split, family, file } = task;
  const marks = [
    ...[category, difficulty, split, `family ${family ?? name}`],
    ...(task.mustPass ? ["must pass"] : []),
    ...(task.impossible ? ["impossible: it never decides, and a pass is suspicious"] : []),
    ...(enabled ? [] : ["disabled"]),
  ];
  return [
    `${name}: ${printable(description)}`,
    `  ${marks.join(", ")}`,
    `  ${file}`,
    ...(task.quarantine === null ? [] : [`  In quarantine: ${printable(task.quarantine)}.`]),
    ...(task.unqualified === null ? [] : [`  It does not decide: ${printable(task.unqualified)}.`]),
    "",
    printable(prompt),
    "",
    ...criteria.map((criterion) => `  ${printable(JSON.stringify(criterion))}`),
  ].join("\n");
}

export function renderCheck(check: BankCheck, width: number): string {
  const { tasks, enabled, heldOut, families, impossible, problems, findings, unavailable } = check;
  const counts = [
    ...[plural(tasks, "task"), `${enabled} enabled`, `${heldOut} held out`],
    ...(impossible > 0 ? [`${impossible} impossible`] : []),
    plural(families, "family", "families"),
  ];
  const isFine = problems.length === 0 && findings.length === 0 && !unavailable;
  const lines = [
    ...problems.map(({ message }) => message),
    ...(unavailable ? [`${unavailable.tasks} were not graded. ${unavailable.message}`] : []),
    ...Map.groupBy(findings, ({ what, remedy }) => `${what} ${remedy}`)
      .entries()
      .map(alike),
    `${counts.join(", ")}.${isFine ? " Every file can be used; solutions pass, and cheats fail." : ""}`,
  ];
  return lines.map((line) => wrap(printable(line), width)).join("\n");
}

/** What was found at one task or at several. */
function alike([sentences, findings]: [string, Finding[]]): string {
  const names = findings.flatMap(({ task }) => task ?? []);
  const more = names.length - namesShown;
  const shown = [...names.slice(0, namesShown), ...(more > 0 ? [`${more} more`] : [])];
  if (shown.length === 0) return sentences;
  const who = shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
  return `${who}: ${sentences}`;
}
