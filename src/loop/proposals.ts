import type { Evaluation } from "../domain/evaluation.ts";
import { renderPatch } from "../git/patch.ts";
import { changesBetween } from "../git/tree.ts";
import type { ProposalState } from "../store/proposals.ts";
import type { Workspace } from "../workspace.ts";

/** A proposal with its patch and everything that was found out about it. */
export async function showProposal(
  { record, git, objects }: Pick<Workspace, "record" | "git" | "objects">,
  id: number,
): Promise<{ proposal: ProposalState; patch: string; evaluations: Evaluation[] }> {
  const proposal = record.index.proposals.state(id);
  const base = (await objects.readCommit(proposal.parent)).tree;
  const patch = await renderPatch(objects, await changesBetween(git, base, proposal.tree));
  return { proposal, patch, evaluations: record.index.evaluations.of(id) };
}
