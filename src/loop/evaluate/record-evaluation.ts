import type { Conclusion, Evaluation } from "../../domain/evaluation.ts";
import { digest } from "../../domain/trial.ts";
import type { Move } from "../../git/refs.ts";
import type { ProposalState } from "../../store/proposals.ts";
import type { Workspace } from "../../workspace.ts";
import type { Comparison } from "./comparison.ts";
import { operationLines } from "../record/operation.ts";
import { refusing } from "../reject.ts";

/** A journal line holds the scores of so many tasks; those of more follow in lines of their own. */
const tasksPerLine = 60;

/**
 * Puts a comparison's result on record, bound to what was compared, with what follows from it: its note on the commit
 * it judged, and after a no the end of the proposal.
 */
export async function recordEvaluation(
  workspace: Workspace,
  proposal: ProposalState,
  comparison: Comparison,
  conclusion: Conclusion,
  bound: Pick<Evaluation, "baseline" | "extensions">,
): Promise<Evaluation> {
  const { record, refs, now } = workspace;
  const { verdict, reason, tasks } = conclusion;
  const no = verdict === "not-improved" || verdict === "regression";
  const refused = no ? await refusing(workspace, proposal, reason, "verdict") : undefined;
  const id = record.index.evaluations.nextId();
  const evaluation: Evaluation = {
    id,
    uuid: digest(record.journal.cloneId, comparison.key, comparison.bankDigest, proposal.uuid, id).slice(
      0,
      32,
    ),
    timestamp: now().toISOString(),
    proposalId: proposal.id,
    proposalUuid: proposal.uuid,
    commit: proposal.commit,
    tree: proposal.tree,
    ...bound,
    ...conclusion,
  };
  const note = await evaluationNote(workspace, evaluation);
  const moves = [...(note === undefined ? [] : [note]), ...(refused?.moves ?? [])];
  const what = `proposal ${proposal.id}: ${verdict}`;
  const lines = [
    { kind: "evaluation" as const, ...evaluation, tasks: tasks.slice(0, tasksPerLine) },
    ...chunksOf(tasks.slice(tasksPerLine), tasksPerLine).map((some) => ({
      kind: "scores" as const,
      evaluationId: id,
      tasks: some,
    })),
    ...(refused ? [refused.decision] : []),
    ...operationLines(workspace, { command: "evaluate", what, proposalId: proposal.id, moves }),
  ];
  // The note holds the number, and another clone's journal may have been read since.
  const written = record.write((index) => (index.evaluations.nextId() === id ? lines : []));
  if (written.length === 0) return recordEvaluation(workspace, proposal, comparison, conclusion, bound);
  if (refused) record.derive(({ proposals }) => proposals.setStatus(proposal.id, "rejected"));
  if (moves.length > 0) await refs.move(moves);
  return evaluation;
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

/** An evaluation on the commit it judged; undefined if it is there already, also under another number. */
export function evaluationNote(
  { evaluationNotes, now }: Pick<Workspace, "evaluationNotes" | "now">,
  evaluation: Evaluation,
): Promise<Move | undefined> {
  return evaluationNotes.adding(evaluation.commit, evaluationLine(evaluation), now(), evaluation.uuid);
}

export function evaluationLine(evaluation: Evaluation): string {
  return JSON.stringify({ v: 1, ...evaluation });
}
