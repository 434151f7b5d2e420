import { Command, Option } from "clipanion";
import { presetNames } from "../domain/presets.ts";
import { init, prepareRepository } from "../loop/init.ts";
import { preserve } from "../loop/record/preserve.ts";
import { renderInit } from "../report/init.ts";
import { progressOn } from "../report/progress.ts";
import { openWorkspace } from "../workspace.ts";
import { type Answer, KiraCommand, oneOf } from "./command.ts";

export class InitCommand extends KiraCommand {
  static override paths = [["init"]];
  static override usage = Command.Usage({
    category: "Set up",
    description: "Set up this repository; safe to run again",
    details:
      "Writes .kira-improve.json if there is none, plants kira/archive/0000 on the production branch, creates the index and installs the post-commit hook.",
    examples: [
      ["Find the layout by itself", "$0 init"],
      ["Name the layout", "$0 init --preset claude-code"],
    ],
  });

  preset = Option.String("--preset", { description: `The layout: ${presetNames.join(", ")}` });

  protected async answer(): Promise<Answer> {
    const { folder, env, stderr } = this.context;
    const preset = this.preset === undefined ? undefined : oneOf(this.preset, "--preset", presetNames);
    const prepared = await prepareRepository({ folder, preset });
    using workspace = await openWorkspace({
      folder,
      environment: env,
      report: progressOn(stderr as never, this.verbose),
    });
    const done = await init(workspace, prepared);
    await preserve(workspace);
    return { json: { init: done }, text: renderInit(done) };
  }
}
