import { Command } from "clipanion";
import { deriveStatuses } from "../loop/refresh.ts";
import { reindex } from "../loop/reindex.ts";
import { plural } from "../report/numbers.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class ReindexCommand extends WorkspaceCommand {
  static override paths = [["reindex"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "Make the index again from git and the journal",
    examples: [["After the index was deleted or damaged", "$0 reindex"]],
  });

  protected async run(workspace: Workspace): Promise<Answer> {
    const counts = await reindex(workspace);
    await deriveStatuses(workspace);
    const { outcomes, analyses, proposals, evaluations, nodes } = counts;
    return {
      json: { reindexed: counts },
      text: `The index is made again: ${plural(outcomes, "outcome")}, ${plural(analyses, "analysis", "analyses")}, ${plural(proposals, "proposal")}, ${plural(evaluations, "evaluation")}, ${plural(nodes, "archive node")}.`,
    };
  }
}
