import { Command, Option } from "clipanion";
import { mostProposals } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import { adopt } from "../loop/propose/adopt.ts";
import { propose, type Proposed, showPrompt } from "../loop/propose.ts";
import { proposeSeveral } from "../loop/propose/propose-several.ts";
import { revise } from "../loop/propose/revise.ts";
import { deriveStatuses } from "../loop/refresh.ts";
import { renderPrompt } from "../report/exchange.ts";
import { renderNewProposal } from "../report/proposal.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { amount } from "./limits.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class ProposeCommand extends WorkspaceCommand {
  static override paths = [["propose"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Propose a change, as a branch with one commit",
    examples: [
      ["For the worst pattern of the last analysis", "$0 propose"],
      ["Adopt your own branch as a proposal", "$0 propose --from my-idea"],
      ["Once production has moved, the same change on it", "$0 propose --revise 3"],
      ["See the patch without making anything", "$0 propose --dry-run"],
      [
        "Three candidates from a model, for a dollar at most",
        "$0 propose --model ollama:qwen3:14b --count 3 --max-cost 1",
      ],
      ["See what a model would be sent", "$0 propose --model ollama:qwen3:14b --show-prompt"],
    ],
  });

  analysisId = Option.String("--analysis-id", { description: "The analysis to learn from (the last)" });
  pattern = Option.String("--pattern", { description: "The pattern to mend (the worst)" });
  model = Option.String("--model", { description: "Who proposes (the configuration's propose.model)" });
  parent = Option.String("--parent", {
    description: "Grow from node:<n> or proposal:<n> instead of production",
  });
  revise = Option.String("--revise", {
    description: "Put a proposal on production as it is now, as a proposal of its own",
  });
  from = Option.String("--from", { description: "Adopt a commit or branch of yours" });
  dryRun = Option.Boolean("--dry-run", false, { description: "Print the patch, make nothing" });
  seed = Option.String("--seed", { description: "Another seed, another idea" });
  count = Option.String("--count", { description: "So many candidates, for different patterns first" });
  maxCost = Option.String("--max-cost", { description: "The most dollars that models may cost now" });
  showPrompt = Option.Boolean("--show-prompt", false, {
    description: "Print what a model would be sent, ask nothing",
  });

  protected async run(workspace: Workspace): Promise<Answer> {
    const { from, parent, dryRun } = this;
    if (this.revise !== undefined) {
      this.#refuseBeside("--revise", from ?? parent ?? this.seed);
      const id = wholeNumber(this.revise, "--revise");
      return answerFor(workspace, await revise(workspace, id, dryRun));
    }
    if (from !== undefined) {
      this.#refuseBeside("--from");
      return answerFor(workspace, await adopt(workspace, { from, parent, dryRun }));
    }
    const request = {
      analysisId: this.analysisId === undefined ? undefined : wholeNumber(this.analysisId, "--analysis-id"),
      pattern: this.pattern,
      model: this.model,
      parent,
      dryRun,
      seed: this.seed === undefined ? undefined : wholeNumber(this.seed, "--seed", 0),
      maxCost: this.maxCost === undefined ? undefined : amount(this.maxCost, "--max-cost"),
      signal: this.context.signal,
    };
    if (this.showPrompt) {
      const prompt = await showPrompt(workspace, request);
      return { json: { prompt }, text: renderPrompt(prompt) };
    }
    if (this.count === undefined) return answerFor(workspace, await propose(workspace, request));
    const count = wholeNumber(this.count, "--count", 1, mostProposals);
    const { made, failed } = await proposeSeveral(workspace, { ...request, count });
    const answers = [];
    for (const each of made) answers.push(await answerFor(workspace, each));
    return {
      json: { proposals: answers.map(({ json }) => json), failed },
      text: [...answers.map(({ text }) => text), ...failed.map(({ reason }) => reason)].join("\n\n"),
    };
  }

  #refuseBeside(option: "--from" | "--revise", other?: string): void {
    const { pattern, model, analysisId, count, maxCost, showPrompt: prompt } = this;
    if ((other ?? pattern ?? model ?? analysisId ?? count ?? maxCost) === undefined && !prompt) return;
    throw new KiraError(
      "invalid",
      `${option} takes a change as it is and goes with no pattern, model or analysis. Leave those out.`,
    );
  }
}

async function answerFor(workspace: Workspace, { proposal, patch, description }: Proposed): Promise<Answer> {
  if (!proposal) return { json: { proposal: null, patch, description }, text: patch.trimEnd() };
  await deriveStatuses(workspace);
  const state = workspace.record.index.proposals.state(proposal.id);
  return { json: { proposal: state, patch }, text: renderNewProposal(proposal, patch) };
}
