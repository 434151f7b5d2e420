import { KiraError } from "../domain/errors.ts";
import type { Conclusion, Evaluation, TaskScores } from "../domain/evaluation.ts";
import { type AskedLine, isScore, type ScoredLine } from "../domain/scored-lines.ts";
import { TaskEvidence } from "../domain/verdict/evidence.ts";
import { explain } from "../domain/verdict/explain.ts";
import { answerGiven } from "../domain/verdict/decide.ts";
import { verdictOf } from "../domain/verdict/kind.ts";
import { planFor } from "../domain/verdict/plan.ts";
import { ruleFor } from "../domain/verdict/rules.ts";
import { describe, trialsToDecide } from "../domain/verdict/statistics.ts";
import { scoresOf } from "./evaluate/evidence.ts";

/** The verdict on outcomes of any harness; nothing is run and nothing is recorded. */
export function verdictOn(lines: readonly (ScoredLine | AskedLine)[]): Conclusion {
  const scores = lines.filter(isScore);
  const asked: AskedLine = Object.assign({}, ...lines.filter((line) => !isScore(line)));
  const claim = asked.claim ?? (scores.some(({ fixes }) => fixes) ? "fix" : "better");
  refuseOneSided(scores, claim === "fix");
  const evidence = [...Map.groupBy(scores, ({ task }) => task)].map(([task, mine]) => startOf(task, mine));
  const shared = evidence.map(({ sums }) => sums.baseline.n);
  const { delta = 0.1, restarts, extensions } = asked;
  const plan = planFor(evidence, { rule: ruleFor(delta)!, claim, restarts, extensions });
  const byTask = new Map(evidence.map((each) => [each.subject.task, each]));
  for (const { task, arm, score, stage = "main", shared: isShared } of scores)
    if (arm !== "ledger" && !isShared) byTask.get(task)!.add(arm, score, stage);
  const answer = answerGiven(evidence, plan);
  const statistics = describe(evidence, plan, asked.keptAtLeast);
  const verdict = verdictOf(answer.kind);
  const trials = scores.filter(({ arm, shared: isShared }) => arm !== "ledger" && !isShared).length;
  const { baseline, candidate, delta: gain } = statistics;
  return {
    ...{ bankDigest: "", agent: "", sandbox: "", contained: true, flags: [], ledgerTrials: 0 },
    ...{ costUsd: 0, durationMs: 0, errors: { baseline: 0, candidate: 0 }, restarts: restarts ?? 0 },
    ...{ claim, threshold: delta, verdict, passed: verdict === "improved", why: answer.why },
    reason: explain(answer, { statistics, plan, stopped: undefined }),
    baselineScore: baseline,
    modifiedScore: candidate,
    improvementPct: baseline === 0 ? null : (100 * gain) / baseline,
    statistics,
    trialsToDecide: verdict === "inconclusive" ? trialsToDecide(statistics, plan, trials) : null,
    tasks: scoresOf(evidence, shared),
    runs: Math.max(0, ...evidence.map(({ sums }) => Math.max(sums.baseline.n, sums.candidate.n))),
    trials,
  };
}

/** A task as it was before the comparison began. */
function startOf(task: string, mine: readonly ScoredLine[]): TaskEvidence {
  const told = <Key extends "family" | "category" | "mustPass" | "fixes" | "judged">(key: Key) =>
    mine.find((line) => line[key] !== undefined)?.[key];
  const subject = {
    ...{ task, family: told("family") ?? task, category: told("category") ?? "" },
    ...{ mustPass: told("mustPass") ?? false, fixes: told("fixes") ?? false, judged: told("judged") },
  };
  const ledger = mine.filter(({ arm }) => arm === "ledger").map(({ score }) => score);
  const evidence = new TaskEvidence(subject, ledger);
  for (const { arm, shared, score } of mine) if (shared && arm === "baseline") evidence.add(arm, score);
  return evidence;
}

/** A task that was tried in one arm only would let a crash shrink the exam. */
function refuseOneSided(scores: readonly ScoredLine[], isFix: boolean): void {
  const main = scores.filter(({ stage }) => stage === undefined);
  const missing = (["baseline", "candidate"] as const).filter(
    (arm) => !main.some((line) => line.arm === arm || (arm === "baseline" && line.arm === "ledger")),
  );
  if (missing.length > 0)
    throw new KiraError(
      "invalid",
      `There are no scores of the ${missing.join(" or the ")}, and a verdict compares both. Give lines with "arm": "${missing[0]}".`,
    );
  const oneSided = [...Map.groupBy(main, ({ task }) => task)].flatMap(([task, lines]) => {
    const own = lines.some(({ arm, shared }) => arm === "baseline" && !shared);
    const before = lines.some(({ arm }) => arm !== "candidate");
    const after = lines.some(({ arm }) => arm === "candidate");
    const lacksAfter = own && !after;
    const lacksBefore = after && !before && !(isFix && !lines.some(({ fixes }) => fixes));
    return lacksAfter ? [`${task} (candidate)`] : lacksBefore ? [`${task} (baseline)`] : [];
  });
  if (oneSided.length > 0)
    throw new KiraError(
      "invalid",
      `Scores of one arm are missing: ${oneSided.slice(0, 5).join(", ")}${oneSided.length > 5 ? ` and ${oneSided.length - 5} more` : ""}. Give every task scores in both arms; an attempt that crashed is a score of 0.`,
      { tasks: oneSided },
    );
}

/** The trials of an evaluation as lines that `verdict --stdin` reads. */
export function* exportLines(evaluation: Evaluation): Generator<ScoredLine | AskedLine> {
  const { claim, threshold: delta, restarts, extensions, tasks, judged } = evaluation;
  const { keptAtLeast } = judged ?? {};
  yield { claim, delta: delta as never, restarts, extensions, ...(judged ? { keptAtLeast } : {}) };
  for (const each of tasks) yield* linesOf(each);
}

function* linesOf(scores: TaskScores): Generator<ScoredLine> {
  const { task, family, category, mustPass, fixes, ledger, baseline, shared, candidate, guard } = scores;
  const marks = { ...(mustPass ? { mustPass } : {}), ...(fixes ? { fixes } : {}) };
  const about = { task, family, category, ...marks, ...(scores.judged ? { judged: true } : {}) };
  for (const score of ledger) yield { arm: "ledger", ...about, score };
  for (const [i, score] of baseline.entries())
    yield { arm: "baseline", ...about, score, ...(i < shared ? { shared: true } : {}) };
  for (const score of candidate) yield { arm: "candidate", ...about, score };
  for (const arm of ["baseline", "candidate"] as const)
    for (const score of guard[arm]) yield { arm, ...about, score, stage: "guard" };
}
