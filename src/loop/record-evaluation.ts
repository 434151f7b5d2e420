import type { Evaluation } from "../domain/evaluation.ts";
import type { Proposal } from "../domain/proposal.ts";
import { digest, type Trial } from "../domain/trial.ts";
import type { Verdict } from "../domain/verdict/decide.ts";
import type { Rules, Workspace } from "../workspace.ts";
import { type Comparison, scoresOf } from "./compare.ts";

/** A journal line holds the scores of so many tasks; those of more follow in lines of their own. */
const tasksPerLine = 200;

/** Puts a comparison's result on record, bound to what was compared. */
export function recordEvaluation(
  { record, now }: Workspace,
  { config }: Rules,
  proposal: Proposal,
  comparison: Comparison,
  { runs, look, verdict, trials }: { runs: number; look: number; verdict: Verdict; trials: readonly Trial[] },
): Evaluation {
  const { baseline, candidate, delta } = verdict.statistics;
  const tasks = scoresOf(comparison.tasks, trials);
  let id = 0;
  record.write((index) => {
    id = index.evaluations.nextId();
    const evaluation = {
      kind: "evaluation" as const,
      id,
      uuid: digest(comparison.stream, comparison.bankDigest, proposal.uuid, look).slice(0, 32),
      timestamp: now().toISOString(),
      proposalId: proposal.id,
      proposalUuid: proposal.uuid,
      commit: proposal.commit,
      tree: proposal.tree,
      baseline: comparison.baseline,
      bankDigest: comparison.bankDigest,
      agent: comparison.agent,
      sandbox: comparison.containment,
      contained: comparison.sandbox.contained && config.evaluate.network !== "host",
      runs,
      look,
      threshold: config.evaluate.threshold,
      verdict: verdict.kind,
      passed: verdict.kind === "improved",
      reason: verdict.reason,
      baselineScore: baseline,
      modifiedScore: candidate,
      improvementPct: baseline === 0 ? null : (100 * delta) / baseline,
      statistics: verdict.statistics,
      tasks: tasks.slice(0, tasksPerLine),
      trials: trials.length,
      costUsd: trials.reduce((sum, { costUsd }) => sum + costUsd, 0),
      durationMs: trials.reduce((sum, { durationMs }) => sum + durationMs, 0),
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
