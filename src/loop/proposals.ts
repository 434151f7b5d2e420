import type { Evaluation } from "../domain/evaluation.ts";
import { renderPatch } from "../git/patch.ts";
import { changesBetween } from "../git/tree.ts";
import type { ProposalState } from "../store/proposals.ts";
import type { Workspace } from "../workspace.ts";
import { revisionsOf } from "./propose/lineage.ts";

/** A proposal with its patch, everything that was found out about it, and the numbers of its revisions in order. */
export async function showProposal(
  { record, git, objects }: Pick<Workspace, "record" | "git" | "objects">,
  id: number,
): Promise<{ proposal: ProposalState; patch: string; evaluations: Evaluation[]; revisions: number[] }> {
  const proposal = record.index.proposals.state(id);
  const base = (await objects.readCommit(proposal.parent)).tree;
  const patch = await renderPatch(objects, await changesBetween(git, base, proposal.tree));
  const revisions = revisionsOf({ record }, proposal).map((one) => one.id);
  return { proposal, patch, evaluations: record.index.evaluations.of(id), revisions };
}
