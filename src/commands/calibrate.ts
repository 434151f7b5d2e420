import { Command, Option } from "clipanion";
import { calibrate } from "../loop/calibrate.ts";
import { renderCalibration } from "../report/prediction.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { limitsOf, limitTexts } from "./limits.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { tapeOf, tapeTexts } from "./tape.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class CalibrateCommand extends WorkspaceCommand {
  static override paths = [["calibrate"]];
  static override usage = Command.Usage({
    category: "The verdict alone",
    description: "Measure how much the agent varies, and what an evaluation takes",
    details:
      "Compares production with itself. Its trials become the ledger that every evaluation needs, so nothing is paid for twice.",
    examples: [
      ["Once, before the first evaluation", "$0 calibrate"],
      ["A part now, the rest another time", "$0 calibrate --max-cost 5"],
    ],
  });

  maxTrials = Option.String("--max-trials", { description: limitTexts.maxTrials });
  maxCost = Option.String("--max-cost", { description: limitTexts.maxCost });
  maxMinutes = Option.String("--max-minutes", { description: limitTexts.maxMinutes });
  record = Option.String("--record", { description: tapeTexts.record });
  replay = Option.String("--replay", { description: tapeTexts.replay });
  allowUnsandboxed = Option.Boolean("--allow-unsandboxed", false, {
    description: "Run the agent without a sandbox",
  });

  protected async run(workspace: Workspace): Promise<Answer> {
    keepHeapSmall();
    const calibration = await calibrate(workspace, {
      limits: limitsOf(this),
      allowUnsandboxed: this.allowUnsandboxed,
      tape: tapeOf(this, this.context.folder),
      signal: this.context.signal,
    });
    return { json: { calibration }, text: renderCalibration(calibration, this.width) };
  }
}
