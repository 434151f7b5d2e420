import { resolve } from "node:path";
import { Command, Option } from "clipanion";
import { refresh } from "../loop/refresh.ts";
import { restore } from "../loop/restore.ts";
import { progressOn } from "../report/progress.ts";
import { renderRestore } from "../report/restore.ts";
import { clockOf, openLogbook } from "../logbook.ts";
import { openWorkspace } from "../workspace.ts";
import { type Answer, KiraCommand } from "./command.ts";

export class RestoreCommand extends KiraCommand {
  static override paths = [["restore"]];
  static override usage = Command.Usage({
    category: "Set up",
    description: "Bring the record in a backup into a repository that has none",
    details:
      "For a fresh clone or an empty repository, or an older state of the same one. Production and branches that are there are never moved. The repository goes on as the clone that was backed up, so do not go on with that one as well, and restore only files that you trust as you trust the repository.",
    examples: [["Into a fresh clone", "$0 restore ../agent.bundle"]],
  });

  file = Option.String({ required: true });

  protected async answer(): Promise<Answer> {
    const { folder, env, stderr } = this.context;
    const done = await restore({ folder, file: resolve(folder, this.file), now: clockOf(env)() });
    makeIndex(folder, env);
    const report = progressOn(stderr as never, this.verbose);
    using workspace = await openWorkspace({ folder, environment: env, report });
    await refresh(workspace);
    return { json: { restored: done }, text: renderRestore(done) };
  }
}

/** Quietly: a missing index is what a restore expects. */
function makeIndex(folder: string, environment: NodeJS.ProcessEnv): void {
  using logbook = openLogbook(folder, environment);
  if (!logbook.record.rebuilt) logbook.record.rebuild();
}
