import { Command } from "clipanion";
import { calibrate } from "../loop/calibrate.ts";
import { renderCalibration } from "../report/prediction.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { type Making, TrialsCommand } from "./trials-command.ts";

export class CalibrateCommand extends TrialsCommand {
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

  protected async makeTrials(workspace: Workspace, making: Making): Promise<Answer> {
    const calibration = await calibrate(workspace, making);
    return { json: { calibration }, text: renderCalibration(calibration, this.width) };
  }
}
