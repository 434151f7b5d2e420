import { KiraError } from "../../domain/errors.ts";
import { refusals } from "../../domain/paths.ts";
import type { Proposal } from "../../domain/proposal.ts";
import { changesBetween, listTree } from "../../git/tree.ts";
import type { Rules, Workspace } from "../../workspace.ts";

/**
 * Checks a proposal against production as it is today: before its trials, and again before it is merged.
 * @param refused how the sentence goes on when it breaks a rule
 * @throws KiraError `conflict` if production has moved away, `refused` if the commit breaks the rules of today
 */
export async function refuseUnfit(
  { refs, git }: Pick<Workspace, "refs" | "git">,
  { config, production, tree }: Rules,
  proposal: Pick<Proposal, "id" | "commit" | "tree">,
  refused: "was refused before anything ran" | "may not be merged",
): Promise<void> {
  const { id, commit } = proposal;
  if (!(await refs.isAncestor(production, commit)))
    throw new KiraError(
      "conflict",
      `Production has moved since proposal ${id} was made, so it can no longer be fast-forwarded. Put the same change on production as it is now: kira-improve propose --revise ${id}.`,
    );
  const changes = await changesBetween(git, tree, proposal.tree);
  const reasons = refusals(changes, (await listTree(git, proposal.tree)).keys(), config);
  if (reasons.length > 0)
    throw new KiraError(
      "refused",
      `Proposal ${id} ${refused}: ${reasons.join(" ")} Propose a change without them.`,
      { reasons },
    );
}
