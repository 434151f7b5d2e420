import { Command, Option } from "clipanion";
import { listOperations } from "../loop/operations.ts";
import { renderOperations } from "../report/operations.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class OperationsCommand extends WorkspaceCommand {
  static override paths = [["operations"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "Every branch and tag that was moved, by which command and when, newest first",
    examples: [
      ["The last ones", "$0 operations"],
      ["All of them, for a program", "$0 operations --limit 1000000 --json"],
    ],
  });

  limit = Option.String("--limit", "20", { description: "How many to list; 20 by default" });
  protected override readonly writes = false;

  protected run(workspace: Workspace): Promise<Answer> {
    const operations = listOperations(workspace, wholeNumber(this.limit, "--limit"));
    return Promise.resolve({ json: { operations }, text: renderOperations(operations, this.width) });
  }
}
