import { Command, Option } from "clipanion";
import { rejectedRef } from "../domain/proposal.ts";
import { reject } from "../loop/reject.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class RejectCommand extends WorkspaceCommand {
  static override paths = [["reject"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Say no to a proposal",
    examples: [
      ["With a reason that later proposals can learn from", '$0 reject --proposal-id 3 --reason "too long"'],
    ],
  });

  proposalId = Option.String("--proposal-id", { required: true, description: "The proposal to reject" });
  reason = Option.String("--reason", { required: true, description: "Why" });

  protected async run(workspace: Workspace): Promise<Answer> {
    const proposal = await reject(workspace, wholeNumber(this.proposalId, "--proposal-id"), this.reason);
    return {
      json: { proposal },
      text: `Proposal ${proposal.id} is rejected: ${proposal.rejectionReason}\nIts commit stays at ${rejectedRef(proposal.id)}.`,
    };
  }
}
