import { Command, Option } from "clipanion";
import { mostDays } from "../domain/config.ts";
import { analyze } from "../loop/analyze.ts";
import { renderAnalysis } from "../report/analysis.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class AnalyzeCommand extends WorkspaceCommand {
  static override paths = [["analyze"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Find patterns in what fails",
    examples: [
      ["Look at the last week", "$0 analyze"],
      ["Look further back, at rarer failures", "$0 analyze --days 30 --min-failures 2"],
    ],
  });

  days = Option.String("--days", {
    description: "How far back to look (7, or the configuration's analyze.days)",
  });
  minFailures = Option.String("--min-failures", {
    description: "The fewest failures that make a pattern (3)",
  });

  protected async run(workspace: Workspace): Promise<Answer> {
    const { days, minFailures } = workspace.settings.analyze;
    const analysis = analyze(workspace, {
      days: this.days === undefined ? days : wholeNumber(this.days, "--days", 1, mostDays),
      minFailures:
        this.minFailures === undefined ? minFailures : wholeNumber(this.minFailures, "--min-failures"),
    });
    return { json: { analysis }, text: renderAnalysis(analysis, this.width) };
  }
}
