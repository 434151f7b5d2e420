import { Command } from "clipanion";
import { status } from "../loop/status.ts";
import { renderStatus } from "../report/status.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class StatusCommand extends WorkspaceCommand {
  static override paths = [["status"], Command.Default];
  static override usage = Command.Usage({
    category: "Look",
    description: "How the agent does, what waits, and what is due",
    examples: [
      ["At a glance", "$0 status"],
      ["For a program", "$0 status --json"],
    ],
  });

  protected override readonly writes = false;

  protected async run(workspace: Workspace): Promise<Answer> {
    const report = status(workspace);
    return { json: { status: report }, text: renderStatus(report, this.width) };
  }
}
