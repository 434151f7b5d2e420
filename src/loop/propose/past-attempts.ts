import type { Pattern } from "../../domain/analysis.ts";
import type { PastAttempt, SeenTask } from "../../domain/prompt/situation.ts";
import type { ProposalState } from "../../store/proposals.ts";
import type { Index } from "../../store/index.ts";
import type { Workspace } from "../../workspace.ts";

const mostAttempts = 12;

/**
 * Earlier proposals for a pattern, newest first. What a proposer learns of them is one word, and what they did to tasks
 * that it is shown anyway: of all others a score would be a way to fit the exam.
 */
export function pastAttempts(
  { record }: Pick<Workspace, "record">,
  { id }: Pattern,
  seen: readonly SeenTask[],
): PastAttempt[] {
  const { index } = record;
  const names = seen.map(({ name }) => name);
  const mine = index.proposals.states().filter(({ pattern }) => pattern === id);
  return mine
    .slice(-mostAttempts)
    .reverse()
    .map((proposal) => {
      const means =
        names.length === 0 ? new Map<string, number>() : index.trials.meansOf(proposal.tree, names);
      return {
        hypothesis: proposal.hypothesis,
        files: proposal.targetFiles,
        verdict: verdictOn(index, proposal),
        effects: seen.flatMap(({ name, score }) => {
          const after = means.get(name);
          return after === undefined ? [] : [{ task: name, before: score, after }];
        }),
      };
    });
}

function verdictOn({ evaluations }: Index, { id, status }: ProposalState): PastAttempt["verdict"] {
  if (status === "merged") return "merged";
  return evaluations.of(id).at(-1)?.verdict ?? (status === "rejected" ? "rejected" : "untried");
}
