import { Command, Option } from "clipanion";
import { ended, handleOf } from "../domain/operation.ts";
import { undo } from "../loop/undo.ts";
import { renderMove } from "../report/operations.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class UndoCommand extends WorkspaceCommand {
  static override paths = [["undo"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Take the last operation back: a proposal, a rejection, a merge, a rollback",
    details:
      "Works if nothing that the operation moved has moved since. Outcomes, trials, verdicts and archive nodes are evidence and stay; numbers are never used again. Called again it takes back the operation before; naming an undo with --operation takes that back.",
    examples: [
      ["See what it would do", "$0 undo --dry-run"],
      ["Do it", "$0 undo"],
      ["Take back another one", "$0 undo --operation 1a2b3c4d"],
    ],
  });

  operation = Option.String("--operation", { description: "Which one, as operations names it" });
  dryRun = Option.Boolean("--dry-run", false, { description: "Say what would be moved; move nothing" });

  protected async run(workspace: Workspace): Promise<Answer> {
    const undone = await undo(workspace, { operation: this.operation, dryRun: this.dryRun });
    const { operation, reversal, by } = undone;
    const name = `${operation.command} of ${operation.what}`;
    const lines = [
      ended(by ? `Taken back: ${name}` : `This would take back: ${name}`),
      ...reversal.moves.map((move) => `  ${renderMove(move, this.width)}`),
      ...(by ? [`Do it again with: kira-improve undo --operation ${handleOf(by)}`] : []),
    ];
    return { json: { undo: undone }, text: lines.join("\n") };
  }
}
