import type { Conclusion, TaskScores } from "../domain/evaluation.ts";
import { printable } from "../domain/printable.ts";
import { mean } from "../domain/verdict/cell.ts";
import { dollars, gain, interval, plural, score, seconds, share } from "./numbers.ts";
import { entry, table, wrap } from "./table.ts";

const mostRows = 5;
/** What the rule in wide use asks for: a mean gain of so much on the trials that there are. */
const naiveGain = 0.05;

/** The verdict card: what was found, on what evidence, how sure it is, and what it would take to be surer. */
export function renderVerdict(title: string, conclusion: Conclusion, width: number): string {
  const { verdict, reason, claim } = conclusion;
  return [
    `${title}: ${verdict.toUpperCase()}${claim === "fix" ? " (fix)" : ""}`,
    wrap(printable(reason), width),
    "",
    ...verdictFacts(conclusion).map(([name, text]) => entry(name, printable(text), 18, width)),
    ...moved(conclusion, width),
  ].join("\n");
}

/** The lines of the card: what each is about, and what there is to say. */
export function verdictFacts(conclusion: Conclusion): (readonly [name: string, text: string])[] {
  const { claim, statistics, flags, contained } = conclusion;
  const { baseline, candidate, delta, interval: here } = statistics;
  const measured = `${score(baseline)} → ${score(candidate)}, ${gain(delta)} (95 %: ${interval(here)})`;
  return [
    [claim === "fix" ? "To be mended" : "On this bank", measured],
    ["On tasks like it", likeIt(conclusion)],
    ["Strength", strength(conclusion)],
    ["Evidence", evidence(conclusion)],
    ...toBeSure(conclusion),
    ["The usual rule", naive(conclusion)],
    ...judgedBy(conclusion),
    ...flags.map(({ task, what }) => ["Flagged", `${task}: ${what}`] as const),
    ...(contained
      ? []
      : [["Not contained", "the agent ran without a sandbox and could have reached its grader"] as const]),
  ];
}

/** What of it a model has said, and what is asked of a person because of that. */
function judgedBy({ judged, statistics: { tasks }, verdict }: Conclusion): [string, string][] {
  if (!judged) return [];
  const { judge, tasks: its, answers, keptAtLeast } = judged;
  const errors = `it keeps at least ${share(keptAtLeast)} of a difference by ${answers} labelled answers, which the intervals allow for`;
  const look =
    verdict === "improved" ? "; what it likes in all answers alike shows in none of this: look at pairs" : "";
  return [["Judged", `${its.length} of ${plural(tasks, "task")} by ${judge}: ${errors}${look}`]];
}

function likeIt({ claim, statistics: { generalInterval, families } }: Conclusion): string {
  if (claim === "fix") return "not claimed: only that these tasks are mended and no other is broken";
  return generalInterval
    ? `95 %: ${interval(generalInterval)}, ${plural(families, "family", "families")}`
    : `generalisation unproven: ${plural(families, "family", "families")}, 8 are needed`;
}

/** Odds from their logarithm; those beyond a million say no more than that. */
const toOne = (log: number) =>
  log > Math.log(1e6)
    ? "over 1,000,000 to 1"
    : `${Number(Math.exp(log).toPrecision(2)).toLocaleString("en")} to 1`;

function strength({ verdict, why, statistics }: Conclusion): string {
  const { strength: reached, bound, minimumDetectable } = statistics;
  if (why === "same" || why === "few-tasks") return "nothing was tried";
  if (why === "exact" || why === "no-change") return "no trial of one task and arm differed from another";
  const odds = `${toOne(Math.abs(reached))} ${reached < 0 ? "against" : "for"} it`;
  const enough = verdict === "not-improved" ? "" : `, ${toOne(bound)} is enough`;
  const could =
    minimumDetectable === null ? "" : `; could have seen ${gain(minimumDetectable)} in eight of ten cases`;
  return odds + enough + could;
}

function evidence({ trials, ledgerTrials, errors, durationMs, costUsd }: Conclusion): string {
  const lost = errors.baseline + errors.candidate;
  return [
    plural(trials, "trial"),
    ...(ledgerTrials === 0 ? [] : [`${ledgerTrials} for the ledger of production, made once`]),
    ...(lost === 0
      ? []
      : [`infrastructure errors: ${errors.baseline} baseline, ${errors.candidate} candidate`]),
    ...(durationMs === 0 ? [] : [`${seconds(durationMs)} of agent time`, `cost ${dollars(costUsd)}`]),
  ].join(", ");
}

function toBeSure({ verdict, trialsToDecide, trials }: Conclusion): [string, string][] {
  if (verdict !== "inconclusive" || trials === 0) return [];
  const text =
    trialsToDecide === null
      ? "no number of trials in sight would decide this: ask only whether some failures are mended (--fixes), or add tasks"
      : `about ${trialsToDecide} trials in all, if what was measured is the truth`;
  return [["To be sure", text]];
}

const before = ({ ledger, baseline }: TaskScores) => [...ledger, ...baseline];
const change = (task: TaskScores) =>
  task.candidate.length === 0 || before(task).length === 0 ? 0 : mean(task.candidate) - mean(before(task));

/** What a rule without a test would have said of the same trials. */
function naive({ tasks }: Conclusion): string {
  const tried = tasks.filter(({ candidate }) => candidate.length > 0);
  if (tried.length === 0) return "would have nothing to go by";
  const gained = mean(tried.map(change));
  return `“mean gain of ${naiveGain} or more” would have said ${gained >= naiveGain ? "yes" : "no"} (${gain(gained)})`;
}

/** Counts of `score/trials` in each arm for the tasks that moved most. */
function moved({ tasks }: Conclusion, width: number): string[] {
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
