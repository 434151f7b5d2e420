import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { adopt } from "../loop/adopt.ts";
import { propose } from "../loop/propose.ts";
import { deriveStatuses } from "../loop/refresh.ts";
import { renderNewProposal } from "../report/proposal.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class ProposeCommand extends WorkspaceCommand {
  static override paths = [["propose"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Propose a change, as a branch with one commit",
    examples: [
      ["For the worst pattern of the last analysis", "$0 propose"],
      ["Adopt your own branch as a proposal", "$0 propose --from my-idea"],
      ["See the patch without making anything", "$0 propose --dry-run"],
    ],
  });

  analysisId = Option.String("--analysis-id", { description: "The analysis to learn from (the last)" });
  pattern = Option.String("--pattern", { description: "The pattern to mend (the worst)" });
  model = Option.String("--model", { description: "Who proposes (the configuration's propose.model)" });
  parent = Option.String("--parent", {
    description: "Grow from node:<n> or proposal:<n> instead of production",
  });
  from = Option.String("--from", { description: "Adopt a commit or branch of yours" });
  dryRun = Option.Boolean("--dry-run", false, { description: "Print the patch, make nothing" });
  seed = Option.String("--seed", { description: "Another seed, another idea" });

  protected async run(workspace: Workspace): Promise<Answer> {
    const { parent, dryRun } = this;
    const { from } = this;
    if (from !== undefined && (this.pattern ?? this.model ?? this.analysisId) !== undefined)
      throw new KiraError(
        "invalid",
        "--from adopts a commit as it is and goes with no pattern, model or analysis. Leave those out.",
      );
    const { proposal, patch, description } =
      from !== undefined
        ? await adopt(workspace, { from, parent, dryRun })
        : await propose(workspace, {
            analysisId:
              this.analysisId === undefined ? undefined : wholeNumber(this.analysisId, "--analysis-id"),
            pattern: this.pattern,
            model: this.model,
            parent,
            dryRun,
            seed: this.seed === undefined ? undefined : wholeNumber(this.seed, "--seed", 0),
            signal: this.context.signal,
          });
    if (!proposal) return { json: { proposal: null, patch, description }, text: patch.trimEnd() };
    await deriveStatuses(workspace);
    const state = workspace.record.index.proposals.state(proposal.id);
    return { json: { proposal: state, patch }, text: renderNewProposal(proposal, patch) };
  }
}
