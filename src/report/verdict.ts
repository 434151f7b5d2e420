import type { Evaluation, TaskScores } from "../domain/evaluation.ts";
import { printable } from "../domain/printable.ts";
import { mean } from "../domain/verdict/cell.ts";
import { dollars, gain, interval, plural, score, seconds } from "./numbers.ts";
import { entry, table, wrap } from "./table.ts";

const mostRows = 5;
/** What the rule in wide use asks for: a mean gain of so much on the trials that there are. */
const naiveGain = 0.05;

/** What the card is about: an evaluation of a proposal, or a comparison of two commits. */
export type Shown = Omit<
  Evaluation,
  "id" | "uuid" | "timestamp" | "proposalId" | "proposalUuid" | "commit" | "tree" | "baseline" | "extensions"
>;

/** The verdict card: what was found, on what evidence, how sure it is, and what it would take to be surer. */
export function renderVerdict(title: string, shown: Shown, width: number): string {
  const { verdict, reason, statistics, flags, contained } = shown;
  const { baseline, candidate, delta, interval: here } = statistics;
  const measured = `${score(baseline)} → ${score(candidate)}, ${gain(delta)} (95 %: ${interval(here)})`;
  const facts: [string, string][] = [
    [shown.claim === "fix" ? "To be mended" : "On this bank", measured],
    ["On tasks like it", likeIt(shown)],
    ["Strength", strength(shown)],
    ["Evidence", evidence(shown)],
    ["The usual rule", naive(shown)],
    ...flags.map(({ task, what }): [string, string] => ["Flagged", `${task}: ${what}`]),
  ];
  if (!contained)
    facts.push(["Not contained", "the agent ran without a sandbox and could have reached its grader"]);
  return [
    `${title}: ${verdict.toUpperCase()}${shown.claim === "fix" ? " (fix)" : ""}`,
    wrap(printable(reason), width),
    "",
    ...facts.map(([name, text]) => entry(name, printable(text), 18, width)),
    ...moved(shown, width),
  ].join("\n");
}

function likeIt({ claim, statistics: { generalInterval, families } }: Shown): string {
  if (claim === "fix") return "not claimed: only that these tasks are mended and no other is broken";
  return generalInterval
    ? `95 %: ${interval(generalInterval)}, ${plural(families, "family", "families")}`
    : `generalisation unproven: ${plural(families, "family", "families")}, 8 are needed`;
}

function strength({ statistics: { strength: reached, bound, minimumDetectable } }: Shown): string {
  const odds = (log: number) =>
    log > 0
      ? `${Math.exp(log).toPrecision(2)} to 1 for it`
      : `${Math.exp(-log).toPrecision(2)} to 1 against it`;
  const could =
    minimumDetectable === null ? "" : `; could have seen ${gain(minimumDetectable)} in eight of ten cases`;
  return `${odds(reached)}, ${Number(Math.exp(bound).toPrecision(2))} to 1 is enough${could}`;
}

function evidence({ trials, ledgerTrials, errors, durationMs, costUsd }: Shown): string {
  const ledger = ledgerTrials === 0 ? "" : ` and ${ledgerTrials} for the ledger of production, made once`;
  const lost = errors.baseline + errors.candidate;
  const failed =
    lost === 0
      ? ""
      : `, ${plural(lost, "infrastructure error")} (${errors.baseline} baseline, ${errors.candidate} candidate)`;
  return `${plural(trials, "trial")}${ledger}${failed}, ${seconds(durationMs)} of agent time, cost ${dollars(costUsd)}`;
}

const before = ({ ledger, baseline }: TaskScores) => [...ledger, ...baseline];
const change = (task: TaskScores) =>
  task.candidate.length === 0 || before(task).length === 0 ? 0 : mean(task.candidate) - mean(before(task));

/** What a rule without a test would have said of the same trials. */
function naive({ tasks }: Shown): string {
  const tried = tasks.filter(({ candidate }) => candidate.length > 0);
  if (tried.length === 0) return "would have nothing to go by";
  const gained = mean(tried.map(change));
  return `“mean gain of ${naiveGain} or more” would have said ${gained >= naiveGain ? "yes" : "no"} (${gain(gained)})`;
}

/** Counts of `score/trials` in each arm for the tasks that moved most. */
function moved({ tasks }: Shown, width: number): string[] {
  const changed = tasks.filter((task) => change(task) !== 0);
  if (changed.length === 0) return [];
  const largest = changed.sort((a, b) => Math.abs(change(b)) - Math.abs(change(a))).slice(0, mostRows);
  const arm = (scores: readonly number[]) =>
    `${Number(scores.reduce((sum, x) => sum + x, 0).toFixed(2))}/${scores.length}`;
  const rows = largest.map((task) => [
    task.task,
    arm(before(task)),
    arm(task.candidate),
    gain(change(task)),
    task.guard.candidate.length === 0 ? "" : `${arm(task.guard.baseline)} → ${arm(task.guard.candidate)}`,
  ]);
  const guarded = largest.some(({ guard }) => guard.candidate.length > 0);
  const columns = guarded ? 5 : 4;
  const up = changed.filter((task) => change(task) > 0).length;
  return [
    "",
    `${up} up, ${changed.length - up} down of ${plural(tasks.length, "task")}${changed.length > mostRows ? "; the largest:" : ":"}`,
    table(
      ["task", "baseline", "candidate", "change", "asked again"].slice(0, columns),
      rows.map((row) => row.slice(0, columns)),
      width,
    ),
  ];
}
