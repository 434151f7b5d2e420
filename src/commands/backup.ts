import { resolve } from "node:path";
import { Command, Option } from "clipanion";
import { backup } from "../loop/backup.ts";
import { plural } from "../report/numbers.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class BackupCommand extends WorkspaceCommand {
  static override paths = [["backup"]];
  static override usage = Command.Usage({
    category: "Set up",
    description: "Put the whole record and production into one file, tried out by a restore",
    details:
      "The file is a git bundle with a commit that says what it holds. It is said to be done only after a restore of it into a repository that is thrown away gave the same answers.",
    examples: [["Into a file that is not there yet", "$0 backup ../agent.bundle"]],
  });

  file = Option.String({ required: true });
  force = Option.Boolean("--force", false, { description: "Replace a file that is there" });

  protected async run(workspace: Workspace): Promise<Answer> {
    const done = await backup(workspace, resolve(this.context.folder, this.file), this.force);
    return {
      json: { backup: done },
      text: `${done.file} holds ${plural(done.refs, "ref")} in ${done.bytes} bytes, and a restore of it gave the same answers.`,
    };
  }
}
