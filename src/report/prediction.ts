import type { Calibration } from "../loop/calibrate.ts";
import type { Prediction } from "../loop/evaluate/predict.ts";
import { dollars, gain, plural, score, seconds, share } from "./numbers.ts";
import { entry, table, wrap } from "./table.ts";

const column = 12;
/** Below this chance of a decision within 300 trials the wide claim is a bad buy. */
const poorChance = 0.5;

/** What an evaluation would take, and what would be cheaper. */
export function renderPrediction(title: string, prediction: Prediction, width: number): string {
  const { claim, delta, tasks, fixes, forecasts, budgetTrials } = prediction;
  const asked =
    claim === "fix"
      ? `whether ${fixes.length <= 3 ? fixes.join(", ") : `${fixes.length} tasks`} are mended and no other of ${plural(tasks, "task")} is broken`
      : `whether the mean over ${plural(tasks, "task")} rises, by ${delta} or so`;
  const marks = forecasts[0]!.forecast.budgets.map(({ trials }) => trials);
  const rows = forecasts.map(({ effect, forecast }) => [
    effectOf(effect),
    ...forecast.budgets.map(({ decided }) => share(decided)),
    share(forecast.budgets.at(-1)!.chances.improved),
    Math.round(forecast.trials),
  ]);
  if (prediction.deterministic && claim === "better")
    return [
      wrap(`${title}: ${asked}.`, width),
      "",
      wrap(
        `The agent gives the same answer every time, so ${plural(tasks, "trial")} of the candidate decide, and two more for each result that changes. At least five tasks have to change for the better before that is more than luck with these tasks.`,
        width,
      ),
      ...costs(prediction, width),
    ].join("\n");
  return [
    wrap(`${title}: ${asked}.`, width),
    "",
    wrap("Chance of a decision within so many new trials:", width),
    table(
      [
        "if it",
        ...marks.map((n) => `${n}${n === budgetTrials ? " (budget)" : ""}`),
        "then yes",
        "trials in all",
      ],
      rows,
      width,
    ),
    "",
    ...costs(prediction, width),
    ...advice(prediction).map((line) => entry("Cheaper", line, column, width)),
  ].join("\n");
}

const effectOf = (effect: number | "mended") =>
  effect === "mended" ? "mends them" : effect === 0 ? "changes nothing" : `gains ${effect}`;

function costs(
  { ledgerMissing, costUsd, durationMs, concurrency, forecasts }: Prediction,
  width: number,
): string[] {
  const ledger =
    ledgerMissing === 0
      ? "nothing more: production's trials are there, or this claim needs none"
      : `${ledgerMissing} trials of production are still to be made, once for all proposals`;
  if (costUsd === null || durationMs === null)
    return [
      entry("Ledger", ledger, column, width),
      entry(
        "Costs",
        "unknown until a first trial was made: kira-improve calibrate --max-trials 10 tells",
        column,
        width,
      ),
    ];
  const forTrials = (n: number) =>
    `${seconds((n * durationMs) / concurrency)}${costUsd === 0 ? "" : `, ${dollars(n * costUsd)}`}`;
  const [least, hoped] = [forecasts[0]!.forecast.trials, forecasts[1]!.forecast.trials];
  return [
    entry(
      "A trial",
      `${seconds(durationMs)}, ${concurrency} at a time, costs ${dollars(costUsd)}`,
      column,
      width,
    ),
    entry("Ledger", ledgerMissing === 0 ? ledger : `${ledger}: ${forTrials(ledgerMissing)}`, column, width),
    entry(
      "Then",
      `${forTrials(least)} if it changes nothing, ${forTrials(hoped)} if it does what is hoped`,
      column,
      width,
    ),
  ];
}

function advice({ claim, forecasts, passOrFail, costUsd, deterministic, delta }: Prediction): string[] {
  if (deterministic || claim === "fix") return [];
  const hoped = forecasts[1]!.forecast.budgets.find(({ trials }) => trials === 300)!;
  const poor = hoped.decided < poorChance;
  return [
    ...(poor || costUsd !== 0
      ? [
          "a narrower claim: --fixes <task>,<task> asks only whether these failures are mended, and decides in 20 to 60 trials",
        ]
      : []),
    ...(passOrFail
      ? [
          "partial credit: tasks with several weighted criteria vary less, and decide the same gain in about a third of the trials",
        ]
      : []),
    ...(poor
      ? [
          `not evaluating: a gain of ${delta} may be too small for this bank; merge --on-judgement records that it is unproven`,
        ]
      : []),
  ];
}

/** How much the agent varies, and what that means. */
export function renderCalibration(calibration: Calibration, width: number): string {
  const { noise, score: level, deviation, minimumDetectable, selfDifference, trials } = calibration;
  const loudest = [...noise].sort((a, b) => b.deviation - a.deviation).slice(0, 5);
  const steady = noise.filter((task) => task.deviation === 0).length;
  return [
    wrap(
      `Production scores ${score(level)} on ${plural(noise.length, "task")}; one trial varies by ${score(deviation)} (standard deviation), and ${steady} of the tasks by nothing. ${trials === 0 ? "All trials were stored." : `${plural(trials, "trial")} were made now.`}`,
      width,
    ),
    "",
    wrap(
      `One half of these trials differs from the other by ${gain(selfDifference)}, although nothing has changed. So many trials, half in each arm, see a gain of this size in eight of ten cases:`,
      width,
    ),
    table(
      ["trials", "gain"],
      minimumDetectable.map(({ trials: n, gain: g }) => [n, g.toFixed(3)]),
      width,
    ),
    "",
    table(
      ["task that varies most", "runs", "score", "deviation"],
      loudest.map((task) => [task.task, task.runs, task.score.toFixed(2), task.deviation.toFixed(2)]),
      width,
    ),
    "",
    renderPrediction("An evaluation", calibration, width),
  ].join("\n");
}
