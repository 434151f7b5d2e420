import { Command, Option } from "clipanion";
import { mostRuns } from "../domain/config.ts";
import { claims } from "../domain/verdict/plan.ts";
import { compare } from "../loop/compare.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, oneOf, wholeNumber } from "./command.ts";
import { namesIn } from "./limits.ts";
import { formatOf, formatTexts, statusOfVerdict } from "./verdict-format.ts";
import { type Making, TrialsCommand } from "./trials-command.ts";

export class CompareCommand extends TrialsCommand {
  static override paths = [["compare"]];
  static override usage = Command.Usage({
    category: "The verdict alone",
    description: "Judge one commit against another",
    details:
      "Needs a configuration, and no init. Configuration and task bank are those of the first commit. Nothing is proposed or merged; trials are kept, so the same question again costs nothing. Exit status: 0 improved, 5 not improved or a regression, 6 inconclusive.",
    examples: [
      ["Is this branch better?", "$0 compare main HEAD"],
      ["As a comment under a pull request", "$0 compare origin/main HEAD --markdown"],
    ],
  });

  baseline = Option.String({ name: "baseline" });
  candidate = Option.String({ name: "candidate" });
  markdown = Option.Boolean("--markdown", false, { description: formatTexts.markdown });
  junit = Option.Boolean("--junit", false, { description: formatTexts.junit });
  claim = Option.String("--claim", { description: `What is to be shown: ${claims.join(" or ")} (better)` });
  fixes = Option.String("--fixes", {
    description: "For the claim fix: the tasks it should mend, with commas",
  });
  runs = Option.String("--runs", { description: "The most new trials of a task in an arm" });

  protected async makeTrials(workspace: Workspace, making: Making): Promise<Answer> {
    const render = formatOf(this);
    const { baseline, candidate } = this;
    const comparison = await compare(workspace, {
      ...{ baseline, candidate, fixes: namesIn(this.fixes) },
      claim: this.claim === undefined ? undefined : oneOf(this.claim, "--claim", claims),
      runs: this.runs === undefined ? undefined : wholeNumber(this.runs, "--runs", 1, mostRuns),
      ...making,
    });
    return {
      json: { comparison },
      text: render(`${candidate} against ${baseline}`, comparison, this.width),
      status: statusOfVerdict[comparison.verdict],
    };
  }
}
