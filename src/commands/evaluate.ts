import { Command, Option } from "clipanion";
import { mostRuns } from "../domain/config.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import { claims } from "../domain/verdict/plan.ts";
import { evaluate } from "../loop/evaluate.ts";
import { planEvaluation } from "../loop/evaluate/plan-evaluation.ts";
import { renderPrediction } from "../report/prediction.ts";
import { renderVerdict } from "../report/verdict.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, oneOf, wholeNumber } from "./command.ts";
import { namesIn } from "./limits.ts";
import { statusOfVerdict } from "./verdict-format.ts";
import { type Making, TrialsCommand } from "./trials-command.ts";

export class EvaluateCommand extends TrialsCommand {
  static override paths = [["evaluate"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Judge a proposal by trials against production",
    details:
      "Makes trials until they decide. Exit status: 0 improved, 5 not improved or a regression, 6 inconclusive. The same question asked again gives the stored answer; one that a limit stopped goes on where it stopped.",
    examples: [
      ["Judge proposal 3", "$0 evaluate --proposal-id 3"],
      ["What would it take?", "$0 evaluate --proposal-id 3 --plan"],
      ["For two dollars now, and the rest another time", "$0 evaluate --proposal-id 3 --max-cost 2"],
      [
        "Only whether these failures are mended",
        "$0 evaluate --proposal-id 3 --fixes refund-twice,vat-missing",
      ],
    ],
  });

  proposalId = Option.String("--proposal-id", { required: true, description: "The proposal to judge" });
  plan = Option.Boolean("--plan", false, {
    description: "Say what it would take and how likely it is to decide, and make no trial",
  });
  runs = Option.String("--runs", { description: "The most new trials of a task in an arm" });
  claim = Option.String("--claim", {
    description: `What is to be shown: ${claims.join(" or ")} (by itself, whichever the budget can decide)`,
  });
  fixes = Option.String("--fixes", {
    description: "For the claim fix: the tasks it should mend, with commas",
  });
  extend = Option.Boolean("--extend", false, {
    description: "Go on after all trials were made and decided nothing",
  });

  protected async makeTrials(workspace: Workspace, making: Making): Promise<Answer> {
    const request = {
      proposalId: wholeNumber(this.proposalId, "--proposal-id"),
      runs: this.runs === undefined ? undefined : wholeNumber(this.runs, "--runs", 1, mostRuns),
      claim: this.claim === undefined ? undefined : oneOf(this.claim, "--claim", claims),
      fixes: namesIn(this.fixes),
      extend: this.extend,
      ...making,
    };
    if (this.plan) {
      const plan = await planEvaluation(workspace, request);
      return { json: { plan }, text: renderPrediction(`Proposal ${request.proposalId}`, plan, this.width) };
    }
    const evaluation = await evaluate(workspace, request);
    const { proposalId, verdict } = evaluation;
    return {
      json: { evaluation },
      text: renderVerdict(`Proposal ${proposalId}`, evaluation, this.width) + nextAfter(evaluation),
      status: statusOfVerdict[verdict],
    };
  }
}

function nextAfter({ proposalId, verdict, flags, why, judged }: Evaluation): string {
  const id = `--proposal-id ${proposalId}`;
  if (verdict === "improved" && flags.length > 0)
    return `\n\nNext: look at what is flagged, then kira-improve merge ${id} --on-judgement --reason "…"`;
  if (verdict === "improved" && judged)
    return `\n\nNext: look at pairs of answers, kira-improve tasks judge --pairs ${proposalId}`;
  if (verdict === "improved") return `\n\nNext: kira-improve merge ${id}`;
  return verdict === "inconclusive" && (why === "budget" || why === "cap")
    ? `\n\nNext: kira-improve evaluate ${id}${why === "cap" ? " --extend" : ""}`
    : "";
}
