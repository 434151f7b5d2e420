import { Command, Option } from "clipanion";
import { mostDays, mostProposals, mostRuns } from "../domain/config.ts";
import { exitStatus } from "../domain/errors.ts";
import { cycle } from "../loop/cycle.ts";
import { renderCycle } from "../report/cycle.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { type Making, TrialsCommand } from "./trials-command.ts";

export class RunCommand extends TrialsCommand {
  static override paths = [["run"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "The full cycle: analyze, propose, evaluate, merge",
    examples: [
      ["Once a week", "$0 run"],
      ["At most one proposal", "$0 run --proposals 1"],
      ["Several small changes, judged together", "$0 run --together --proposals 8"],
    ],
  });

  days = Option.String("--days", { description: "How far back to look" });
  minFailures = Option.String("--min-failures", { description: "The fewest failures that make a pattern" });
  proposals = Option.String("--proposals", {
    description: "The most proposals to try (3, or the configuration's run.proposals)",
  });
  together = Option.Boolean("--together", false, {
    description: "Let each proposal grow from the one before, and judge the last",
  });
  runs = Option.String("--runs", { description: "Trials per task and arm" });
  model = Option.String("--model", { description: "Who proposes" });

  protected async makeTrials(workspace: Workspace, making: Making): Promise<Answer> {
    const { analyze, run } = workspace.settings;
    const number = (text: string | undefined, name: string, most?: number) =>
      text === undefined ? undefined : wholeNumber(text, name, 1, most);
    const done = await cycle(workspace, {
      period: {
        days: number(this.days, "--days", mostDays) ?? analyze.days,
        minFailures: number(this.minFailures, "--min-failures") ?? analyze.minFailures,
      },
      proposals: number(this.proposals, "--proposals", mostProposals) ?? run.proposals,
      runs: number(this.runs, "--runs", mostRuns),
      together: this.together,
      model: this.model,
      ...making,
    });
    const status = done.cutShort ? exitStatus.inconclusive : 0;
    return { json: { cycle: done }, text: renderCycle(done, this.width), status };
  }
}
