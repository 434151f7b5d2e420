import { Command, Option } from "clipanion";
import { mostRuns } from "../domain/config.ts";
import { exitStatus } from "../domain/errors.ts";
import type { VerdictKind } from "../domain/evaluation.ts";
import { evaluate } from "../loop/evaluate.ts";
import { renderVerdict } from "../report/verdict.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { limitsOf, limitTexts } from "./limits.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

const statusOf: Record<VerdictKind, number> = {
  improved: 0,
  "not-improved": exitStatus.refused,
  regression: exitStatus.refused,
  inconclusive: exitStatus.inconclusive,
};

export class EvaluateCommand extends WorkspaceCommand {
  static override paths = [["evaluate"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Judge a proposal by trials against production",
    details:
      "Exit status: 0 improved, 5 not improved or a regression, 6 inconclusive. The same question asked again gives the stored answer; an inconclusive one goes on with more --runs.",
    examples: [
      ["Judge proposal 3", "$0 evaluate --proposal-id 3"],
      ["With more trials", "$0 evaluate --proposal-id 3 --runs 6"],
      ["For two dollars now, and the rest another time", "$0 evaluate --proposal-id 3 --max-cost 2"],
    ],
  });

  proposalId = Option.String("--proposal-id", { required: true, description: "The proposal to judge" });
  runs = Option.String("--runs", {
    description: "Trials per task and arm (3, or the configuration's evaluate.runs)",
  });
  maxTrials = Option.String("--max-trials", { description: limitTexts.maxTrials });
  maxCost = Option.String("--max-cost", { description: limitTexts.maxCost });
  maxMinutes = Option.String("--max-minutes", { description: limitTexts.maxMinutes });
  allowUnsandboxed = Option.Boolean("--allow-unsandboxed", false, {
    description: "Run the agent without a sandbox; recorded, and merged only with your approval",
  });

  protected async run(workspace: Workspace): Promise<Answer> {
    keepHeapSmall();
    const evaluation = await evaluate(workspace, {
      proposalId: wholeNumber(this.proposalId, "--proposal-id"),
      runs: this.runs === undefined ? undefined : wholeNumber(this.runs, "--runs", 1, mostRuns),
      limits: limitsOf(this),
      allowUnsandboxed: this.allowUnsandboxed,
      signal: this.context.signal,
    });
    const { proposalId, verdict } = evaluation;
    const next = {
      improved: `\n\nNext: kira-improve merge --proposal-id ${proposalId}`,
      inconclusive: "",
      "not-improved": "",
      regression: "",
    }[verdict];
    return {
      json: { evaluation },
      text: renderVerdict(evaluation, this.width) + next,
      status: statusOf[verdict],
    };
  }
}
