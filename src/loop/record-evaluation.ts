import type { Conclusion, Evaluation } from "../domain/evaluation.ts";
import type { Proposal } from "../domain/proposal.ts";
import { digest } from "../domain/trial.ts";
import type { Workspace } from "../workspace.ts";
import type { Comparison } from "./comparison.ts";

/** A journal line holds the scores of so many tasks; those of more follow in lines of their own. */
const tasksPerLine = 60;

/** Puts a comparison's result on record, bound to what was compared. */
export function recordEvaluation(
  { record, now }: Workspace,
  proposal: Proposal,
  comparison: Comparison,
  conclusion: Conclusion,
  { baseline, extensions }: Pick<Evaluation, "baseline" | "extensions">,
): Evaluation {
  const { tasks } = conclusion;
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
      ...conclusion,
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
  return evaluationNotes.append(evaluation.commit, evaluationLine(evaluation));
}

export function evaluationLine(evaluation: Evaluation): string {
  return JSON.stringify({ v: 1, ...evaluation });
}
