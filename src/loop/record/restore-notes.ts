import type { Notes } from "../../git/notes.ts";
import type { ProposalState } from "../../store/proposals.ts";
import type { Workspace } from "../../workspace.ts";
import { evaluationLine } from "../evaluate/record-evaluation.ts";
import { rejectionLine } from "../reject.ts";
import { type Cause, writeDown } from "./restore-refs.ts";

/**
 * Writes the notes again of those proposals that follow from the record and have none.
 * @returns what was missing
 */
export async function restoreNotes(workspace: Workspace, cause?: Cause): Promise<string[]> {
  const { evaluationNotes, rejectionNotes, record } = workspace;
  const { evaluations, proposals } = record.index;
  const states = proposals.states();
  // Those of other clones come with the notes that they wrote.
  const mine = (id: number) => evaluations.madeBy(record.journal.cloneId, id);
  const judged = evaluations.judged();
  const refused = states.filter(({ rejectionReason }) => rejectionReason !== null);
  return [
    ...(await restore(
      workspace,
      evaluationNotes,
      states.filter(({ id }) => judged.has(id) && mine(id).length > 0),
      ({ id }) => mine(id).map(evaluationLine),
      cause,
    )),
    ...(await restore(
      workspace,
      rejectionNotes,
      refused,
      (proposal) => [rejectionLine(proposal, proposal.rejectionReason!)],
      cause,
    )),
  ];
}

async function restore(
  workspace: Workspace,
  notes: Notes,
  proposals: readonly ProposalState[],
  linesOf: (proposal: ProposalState) => string[],
  cause: Cause | undefined,
): Promise<string[]> {
  if (proposals.length === 0) return [];
  const present = await notes.annotated();
  const lines = new Map<string, string[]>();
  const names: string[] = [];
  for (const proposal of proposals) {
    const { id, commit } = proposal;
    if (present.has(commit) || !(await workspace.objects.has(commit))) continue;
    lines.set(commit, [...(lines.get(commit) ?? []), ...linesOf(proposal)]);
    names.push(`the ${notes.name} note of proposal ${id}`);
  }
  if (lines.size > 0) writeDown(workspace, [await notes.restore(lines, workspace.now())], cause);
  return names;
}
