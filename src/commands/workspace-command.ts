import { mending } from "../loop/record/mending.ts";
import { preserve } from "../loop/record/preserve.ts";
import { deriveStatuses } from "../loop/refresh.ts";
import { progressOn } from "../report/progress.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";
import { type Answer, KiraCommand } from "./command.ts";

/** A command that works on an opened workspace, brought up to what git and the journal say. */
export abstract class WorkspaceCommand extends KiraCommand {
  /** Whether it adds to the record: then the journal's new part is committed when it ends. */
  protected readonly writes: boolean = true;

  protected abstract run(workspace: Workspace): Promise<Answer>;

  protected override async answer(): Promise<Answer> {
    const { folder, env, stderr } = this.context;
    const report = progressOn(stderr as { write(text: string): void }, this.verbose);
    using workspace = await openWorkspace({ folder, environment: env, report });
    try {
      return await mending(workspace, () => this.run(workspace));
    } finally {
      if (this.writes) {
        await preserve(workspace);
        await deriveStatuses(workspace);
      }
    }
  }
}
