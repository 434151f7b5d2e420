import type { Conclusion, Flag } from "../../domain/evaluation.ts";
import { isEvidence } from "../../domain/trial.ts";
import { explain } from "../../domain/verdict/explain.ts";
import { verdictOf } from "../../domain/verdict/kind.ts";
import { describe, trialsToDecide } from "../../domain/verdict/statistics.ts";
import type { Comparison } from "./comparison.ts";
import { scoresOf } from "./evidence.ts";
import type { Judgement } from "./judge.ts";

/** What a comparison came to, in full. */
export function conclusionOf(
  comparison: Comparison,
  judgement: Judgement,
  flags: readonly Flag[],
): Conclusion {
  const { plan, evidence, answer, trials, ledgerTrials, stopped, shared, settlement, restarts } = judgement;
  const { judged } = comparison;
  const statistics = describe(evidence, plan, judged?.keptAtLeast);
  const { baseline, candidate, delta } = statistics;
  const verdict = verdictOf(answer.kind);
  const errors = (arm: string) => trials.filter((trial) => trial.arm === arm && !isEvidence(trial)).length;
  const paid = [...trials, ...ledgerTrials];
  return {
    bankDigest: comparison.bankDigest,
    agent: comparison.agent,
    sandbox: comparison.containment,
    contained: comparison.contained,
    claim: settlement.claim,
    threshold: settlement.delta,
    restarts,
    verdict,
    passed: verdict === "improved",
    why: answer.why,
    reason: explain(answer, { statistics, plan, stopped }),
    flags,
    baselineScore: baseline,
    modifiedScore: candidate,
    improvementPct: baseline === 0 ? null : (100 * delta) / baseline,
    statistics,
    ...(judged ? { judged } : {}),
    trialsToDecide: verdict === "inconclusive" ? trialsToDecide(statistics, plan, trials.length) : null,
    tasks: scoresOf(evidence, shared),
    runs: Math.max(0, ...evidence.map(({ sums }) => Math.max(sums.baseline.n, sums.candidate.n))),
    trials: trials.length,
    ledgerTrials: ledgerTrials.length,
    errors: { baseline: errors("baseline"), candidate: errors("candidate") },
    costUsd: paid.reduce((sum, { costUsd }) => sum + costUsd, 0),
    durationMs: paid.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}
