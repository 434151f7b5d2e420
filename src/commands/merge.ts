import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { merge } from "../loop/merge.ts";
import { deriveStatuses } from "../loop/refresh.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class MergeCommand extends WorkspaceCommand {
  static override paths = [["merge"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Fast-forward production to a validated proposal and archive it",
    examples: [
      ["Merge what was shown to be better", "$0 merge --proposal-id 3"],
      [
        "Merge on your own judgement, recorded as unproven",
        '$0 merge --proposal-id 3 --on-judgement --reason "reads better"',
      ],
    ],
  });

  proposalId = Option.String("--proposal-id", { required: true, description: "The proposal to merge" });
  onJudgement = Option.Boolean("--on-judgement", false, {
    description: "Merge without a verdict of improved; needs --reason",
  });
  reason = Option.String("--reason", { description: "Why, for --on-judgement" });

  protected async run(workspace: Workspace): Promise<Answer> {
    if (!this.onJudgement && this.reason !== undefined)
      throw new KiraError("invalid", "--reason goes with --on-judgement. Add that, or leave the reason out.");
    const id = wholeNumber(this.proposalId, "--proposal-id");
    const node = await merge(workspace, {
      proposalId: id,
      judgement: this.onJudgement ? (this.reason ?? "") : undefined,
    });
    await deriveStatuses(workspace);
    return {
      json: { node, proposal: workspace.record.index.proposals.state(id) },
      text: `Proposal ${id} is production now, archived as ${node.tag}.\nUndo it with: kira-improve archive --rollback ${node.parentId ?? 0}`,
    };
  }
}
