import type { ArmScore, Evaluation, TaskScore } from "../domain/evaluation.ts";
import { printable } from "../domain/printable.ts";
import { dollars, gain, interval, plural, score, seconds } from "./numbers.ts";
import { entry, table, wrap } from "./table.ts";

const mean = ({ score: sum, trials }: ArmScore) => (trials === 0 ? 0 : sum / trials);
const change = ({ baseline, candidate }: TaskScore) => mean(candidate) - mean(baseline);
const mostRows = 6;

/** What was found, on what evidence, and how sure it is. */
export function renderVerdict(evaluation: Evaluation, width: number): string {
  const {
    proposalId,
    verdict,
    reason,
    statistics,
    tasks,
    trials,
    costUsd,
    durationMs,
    contained,
    look,
    runs,
  } = evaluation;
  const {
    baseline,
    candidate,
    delta,
    interval: here,
    generalInterval,
    families,
    p,
    alpha,
    minimumDetectable,
  } = statistics;
  const errors = (arm: "baseline" | "candidate") => tasks.reduce((sum, task) => sum + task[arm].errors, 0);
  const facts = [
    ["On this bank", `${score(baseline)} → ${score(candidate)}, ${gain(delta)} (95 %: ${interval(here)})`],
    [
      "On tasks like it",
      generalInterval
        ? `95 %: ${interval(generalInterval)}, ${families} families`
        : `generalisation unproven: ${plural(families, "family", "families")}, 8 are needed`,
    ],
    ["Chance alone", `p ${p.toFixed(4)}, below ${alpha} is called improved (look ${look})`],
    ["Could have seen", `a gain of ${gain(minimumDetectable)} in eight of ten cases`],
    [
      "Evidence",
      `${plural(trials, "trial")}, ${plural(runs, "run")} a task and arm, ${errors("baseline")} baseline and ${errors("candidate")} candidate infrastructure errors, ${seconds(durationMs)} of agent time, cost ${dollars(costUsd)}`,
    ],
    ...(contained
      ? []
      : [["Not contained", "the agent ran without a sandbox and could have reached its grader"]]),
  ];
  const lines = [
    `Proposal ${proposalId}: ${verdict.toUpperCase()}`,
    wrap(printable(reason), width),
    "",
    ...facts.map(([name, text]) => entry(name!, text!, 19, width)),
  ];
  const moved = [...tasks]
    .filter((task) => change(task) !== 0)
    .sort((a, b) => Math.abs(change(b)) - Math.abs(change(a)));
  if (moved.length > 0) lines.push("", movedTable(moved, width));
  return lines.join("\n");
}

/** Counts of `score/trials` in each arm for the tasks that moved most. */
function movedTable(moved: readonly TaskScore[], width: number): string {
  const arm = ({ score: sum, trials }: ArmScore) => `${Number(sum.toFixed(2))}/${trials}`;
  const rows = moved
    .slice(0, mostRows)
    .map((task) => [task.task, arm(task.baseline), arm(task.candidate), gain(change(task))]);
  const better = moved.filter((task) => change(task) > 0).length;
  const summary = `${plural(better, "task")} up, ${moved.length - better} down${moved.length > mostRows ? "; the largest:" : ":"}`;
  return `${summary}\n${table(["task", "baseline", "candidate", "change"], rows, width)}`;
}
