import type { Evaluation, Flag } from "../domain/evaluation.ts";
import type { Proposal } from "../domain/proposal.ts";
import { digest, isEvidence } from "../domain/trial.ts";
import { explain } from "../domain/verdict/explain.ts";
import { verdictOf } from "../domain/verdict/kind.ts";
import { describe } from "../domain/verdict/statistics.ts";
import type { Workspace } from "../workspace.ts";
import type { Comparison } from "./comparison.ts";
import { scoresOf } from "./evidence.ts";
import type { Judgement } from "./judge.ts";

/** A journal line holds the scores of so many tasks; those of more follow in lines of their own. */
const tasksPerLine = 60;

/** What a comparison found, without whose it was: the same for a proposal and for any two commits. */
export type Finding = Omit<
  Evaluation,
  "id" | "uuid" | "timestamp" | "proposalId" | "proposalUuid" | "commit" | "tree" | "baseline" | "extensions"
>;

export function findingOf(comparison: Comparison, judgement: Judgement, flags: readonly Flag[]): Finding {
  const { plan, evidence, answer, trials, ledgerTrials, stopped, shared, settlement } = judgement;
  const statistics = describe(evidence, plan);
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
    restarts: settlement.restarts,
    verdict,
    passed: verdict === "improved",
    why: answer.why,
    reason: explain(answer, { statistics, plan, stopped }),
    flags,
    baselineScore: baseline,
    modifiedScore: candidate,
    improvementPct: baseline === 0 ? null : (100 * delta) / baseline,
    statistics,
    tasks: scoresOf(evidence, shared),
    runs: Math.max(0, ...evidence.map(({ sums }) => Math.max(sums.baseline.n, sums.candidate.n))),
    trials: trials.length,
    ledgerTrials: ledgerTrials.length,
    errors: { baseline: errors("baseline"), candidate: errors("candidate") },
    costUsd: paid.reduce((sum, { costUsd }) => sum + costUsd, 0),
    durationMs: paid.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

/** Puts a comparison's result on record, bound to what was compared. */
export function recordEvaluation(
  { record, now }: Workspace,
  proposal: Proposal,
  comparison: Comparison,
  finding: Finding,
  { baseline, extensions }: Pick<Evaluation, "baseline" | "extensions">,
): Evaluation {
  const { tasks } = finding;
  let id = 0;
  record.write((index) => {
    id = index.evaluations.nextId();
    const evaluation = {
      kind: "evaluation" as const,
      id,
      uuid: digest(comparison.key, comparison.bankDigest, proposal.uuid, id).slice(0, 32),
      timestamp: now().toISOString(),
      proposalId: proposal.id,
      proposalUuid: proposal.uuid,
      commit: proposal.commit,
      tree: proposal.tree,
      baseline,
      extensions,
      ...finding,
      tasks: tasks.slice(0, tasksPerLine),
    };
    const further = chunksOf(tasks.slice(tasksPerLine), tasksPerLine);
    return [
      evaluation,
      ...further.map((some) => ({ kind: "scores" as const, evaluationId: id, tasks: some })),
    ];
  });
  return record.index.evaluations.get(id);
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** Writes an evaluation on the commit it judged. Safe to do again. */
export function noteEvaluation(
  { evaluationNotes }: Pick<Workspace, "evaluationNotes">,
  evaluation: Evaluation,
): Promise<void> {
  return evaluationNotes.append(evaluation.commit, JSON.stringify({ v: 1, ...evaluation }));
}
