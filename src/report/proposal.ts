import type { Evaluation } from "../domain/evaluation.ts";
import type { Asked } from "../domain/exchange.ts";
import { printable } from "../domain/printable.ts";
import type { Proposal } from "../domain/proposal.ts";
import type { ProposalState } from "../store/proposals.ts";
import { dollars, moment, plural, seconds } from "./numbers.ts";
import { entry, table, wrap } from "./table.ts";
import { renderVerdict } from "./verdict.ts";

export function renderProposals(proposals: readonly ProposalState[], width: number): string {
  if (proposals.length === 0)
    return "No proposals. Make one with: kira-improve propose, or adopt a commit with --from <branch>.";
  const rows = proposals.map(({ id, status, risk, model, hypothesis }) => [
    id,
    status,
    risk,
    model,
    hypothesis,
  ]);
  return table(["id", "status", "risk", "from", "hypothesis"], rows, width);
}

export function renderNewProposal({ id, branch, commit, hypothesis }: Proposal, patch: string): string {
  return [
    `Proposal ${id}: ${printable(hypothesis)}`,
    `Branch ${branch}, commit ${commit.slice(0, 10)}`,
    "",
    printable(patch).trimEnd(),
    "",
    `Next: kira-improve evaluate --proposal-id ${id}`,
  ].join("\n");
}

export function renderProposal(
  proposal: ProposalState,
  patch: string,
  evaluations: readonly Evaluation[],
  revisions: readonly number[],
  width: number,
): string {
  const {
    id,
    status,
    hypothesis,
    description,
    expectedImprovement,
    risk,
    branch,
    commit,
    parent,
    rejectionReason,
  } = proposal;
  const facts = [
    ["status", status],
    ["risk", risk],
    ["from", authorOf(proposal)],
    ["expected", expectedImprovement],
    ["branch", branch],
    ["commit", `${commit.slice(0, 10)} on ${parent.slice(0, 10)}`],
    ...(revisions.length === 1 ? [] : [["revisions", `proposals ${revisions.join(" → ")}`]]),
    ...(rejectionReason === null ? [] : [["rejected", rejectionReason]]),
  ];
  const evidence = evaluations.map((evaluation) =>
    renderVerdict(`Evaluation ${evaluation.id} on ${moment(evaluation.timestamp)}`, evaluation, width),
  );
  return [
    wrap(`Proposal ${id}: ${printable(hypothesis)}`, width),
    facts.map(([name, value]) => entry(`  ${name}`, printable(value!), 12, width)).join("\n"),
    ...(description === hypothesis ? [] : [wrap(printable(description), width)]),
    printable(patch).trimEnd(),
    ...(evidence.length === 0 ? [`Not evaluated yet: kira-improve evaluate --proposal-id ${id}`] : evidence),
  ].join("\n\n");
}

/** Who proposed it, and what that took. */
export function authorOf({ model, costUsd, asked }: Proposal): string {
  const paid = costUsd === null || costUsd === 0 ? "" : ` (${dollars(costUsd)})`;
  return asked ? `${model} (${askedWords(costUsd, asked)})` : `${model}${paid}`;
}

function askedWords(
  costUsd: number | null,
  { inputTokens, outputTokens, durationMs, rounds }: Asked,
): string {
  const cost = costUsd === null ? "at a price unknown" : costUsd === 0 ? "free" : dollars(costUsd);
  return `${plural(rounds, "answer")}, ${inputTokens + outputTokens} tokens, ${seconds(durationMs)}, ${cost}`;
}
