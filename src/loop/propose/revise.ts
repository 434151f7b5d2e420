import { KiraError } from "../../domain/errors.ts";
import type { Proposal } from "../../domain/proposal.ts";
import type { ProposalState } from "../../store/proposals.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { revisionsOf } from "./lineage.ts";
import type { Proposed } from "../propose.ts";
import { inspect, submit } from "./submit.ts";
import { contentOn } from "./three-way.ts";

/** Puts a change on production as it is now: the revision is a proposal of its own, without a verdict. */
export async function revise(workspace: Workspace, proposalId: number, dryRun = false): Promise<Proposed> {
  using _lock = workspace.lock("propose");
  const proposal = workspace.record.index.proposals.state(proposalId);
  const latest = revisionsOf(workspace, proposal).at(-1)!;
  if (latest.id !== proposalId)
    throw new KiraError(
      "conflict",
      `Proposal ${proposalId} was revised as proposal ${latest.id} already. Revise that, or judge it: kira-improve evaluate --proposal-id ${latest.id}.`,
    );
  const rules = await workspace.rules();
  if (proposal.status !== "rejected" && (await workspace.refs.isAncestor(rules.production, proposal.commit)))
    throw new KiraError(
      "conflict",
      `Proposal ${proposalId} stands on production already. Judge it as it is: kira-improve evaluate --proposal-id ${proposalId}.`,
    );
  return makeRevision(workspace, rules, proposal, dryRun);
}

/** The proposal to judge where one was named: itself, or its latest revision, made now if production has moved. */
export async function onProduction(workspace: Workspace, proposalId: number): Promise<number> {
  const { record, refs, report } = workspace;
  const rules = await workspace.rules();
  const named = record.index.proposals.state(proposalId);
  const { id } = revisionsOf(workspace, named).at(-1)!;
  const latest = record.index.proposals.state(id);
  const tell = (what: string) => report({ kind: "notice", what });
  if (latest.status === "merged" || (await refs.isAncestor(rules.production, latest.commit))) {
    if (id !== proposalId)
      tell(`Proposal ${proposalId} was revised as proposal ${id}, which is judged here.`);
    return id;
  }
  const { proposal } = await makeRevision(workspace, rules, latest, false);
  tell(
    `Production has moved since proposal ${id} was made: the same change is proposal ${proposal!.id} now.`,
  );
  return proposal!.id;
}

async function makeRevision(
  workspace: Workspace,
  rules: Rules,
  proposal: ProposalState,
  dryRun: boolean,
): Promise<Proposed> {
  const { id, status, commit, description, hypothesis, expectedImprovement } = proposal;
  if (status === "merged")
    throw new KiraError(
      "conflict",
      `Proposal ${id} is merged already. Compare states with: kira-improve archive --list.`,
    );
  if (status === "rejected")
    throw new KiraError(
      "refused",
      `Proposal ${id} is rejected: ${proposal.rejectionReason} Propose a new one.`,
    );
  const tree = await treeOn(workspace, rules, proposal);
  const { changes, patch } = await inspect(workspace, rules, { parent: rules.production, tree });
  if (dryRun) return { proposal: undefined, patch, description };
  const { author } = await workspace.objects.readCommit(commit);
  const { analysisId, pattern, risk, model, idea } = proposal;
  const revision = await submit(
    workspace,
    {
      ...{
        tree,
        author,
        description,
        hypothesis,
        expectedImprovement,
        risk,
        analysisId,
        pattern,
        model,
        idea,
      },
      parent: rules.production,
      costUsd: 0, // paid for with the first
      seenTasks: proposal.seenTasks,
      revises: proposal,
    },
    changes,
  );
  return { proposal: revision, patch, description };
}

async function treeOn(
  workspace: Workspace,
  { production, tree }: Rules,
  proposal: Proposal,
): Promise<string> {
  const { id, commit } = proposal;
  const merged = await contentOn(workspace, production, commit);
  if ("conflicting" in merged)
    throw new KiraError(
      "conflict",
      `Proposal ${id} no longer fits: ${merged.conflicting.join(", ")} changed on production, too. Propose it again in your own words: git switch --create again ${proposal.branch}, git rebase ${production.slice(0, 10)}, kira-improve propose --from again.`,
      { paths: merged.conflicting },
    );
  if (merged.tree !== tree) return merged.tree;
  throw new KiraError(
    "conflict",
    `Production holds all that proposal ${id} changes. Say so: kira-improve reject --proposal-id ${id} --reason "production has it".`,
  );
}
