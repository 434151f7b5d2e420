import { Command, Option } from "clipanion";
import { sync } from "../loop/sync.ts";
import { renderSync } from "../report/sync.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class SyncCommand extends WorkspaceCommand {
  static override paths = [["sync"]];
  static override usage = Command.Usage({
    category: "Set up",
    description: "Share the record with the other clones of a remote",
    details:
      "Fetches what other clones recorded and pushes what this one did: journals, proposals, notes and tags, never production. Where both gave one number, this clone takes another. A verdict from elsewhere is shown and counts as a look, but only one of this clone allows a merge.",
    examples: [
      ["With origin, or the only remote", "$0 sync"],
      ["With another", "$0 sync backup"],
    ],
  });

  remote = Option.String({ required: false });

  protected async run(workspace: Workspace): Promise<Answer> {
    const done = await sync(workspace, this.remote);
    return { json: { sync: done }, text: renderSync(done, workspace.production) };
  }
}
