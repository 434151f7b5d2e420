import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { statuses } from "../domain/proposal.ts";
import { exportLines } from "../loop/verdict.ts";
import { readExchange } from "../loop/propose/exchange.ts";
import { showProposal } from "../loop/proposals.ts";
import { renderExchange } from "../report/exchange.ts";
import { renderProposal, renderProposals } from "../report/proposal.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, oneOf, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

export class ProposalsCommand extends WorkspaceCommand {
  static override paths = [["proposals"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "List proposals, or show one with its patch and evidence",
    examples: [
      ["All of them", "$0 proposals"],
      ["Those that may be merged", "$0 proposals --status validated"],
      ["One, with everything known about it", "$0 proposals --show 3"],
    ],
  });

  status = Option.String("--status", { description: `Only those that are ${statuses.join(", ")}` });
  show = Option.String("--show", { description: "The number of the proposal to show" });
  trials = Option.Boolean("--trials", false, {
    description: "With --show: every score of its last evaluation, as lines for verdict --stdin",
  });
  raw = Option.Boolean("--raw", false, {
    description: "With --show: what a model was asked for it and answered, word for word but for secrets",
  });
  protected override readonly writes = false;

  protected async run(workspace: Workspace): Promise<Answer> {
    if (this.trials) return this.#scores(workspace);
    if (this.raw) return this.#exchange(workspace);
    if (this.show !== undefined) {
      const { proposal, patch, evaluations, revisions } = await showProposal(
        workspace,
        wholeNumber(this.show, "--show"),
      );
      return {
        json: { proposal, patch, evaluations, revisions },
        text: renderProposal(proposal, patch, evaluations, revisions, this.width),
      };
    }
    const wanted = this.status === undefined ? undefined : oneOf(this.status, "--status", statuses);
    const proposals = workspace.record.index.proposals
      .states()
      .filter(({ status }) => wanted === undefined || status === wanted);
    return { json: { proposals }, text: renderProposals(proposals, this.width) };
  }

  #shown(option: string): number {
    if (this.show !== undefined) return wholeNumber(this.show, "--show");
    throw new KiraError("invalid", `${option} goes with --show <n>. Name the proposal.`);
  }

  async #exchange(workspace: Workspace): Promise<Answer> {
    const exchange = await readExchange(workspace, this.#shown("--raw"));
    return { json: { exchange }, text: renderExchange(exchange) };
  }

  #scores({ record }: Workspace): Answer {
    const id = this.#shown("--trials");
    record.index.proposals.get(id);
    const evaluation = record.index.evaluations.of(id).at(-1);
    if (!evaluation)
      throw new KiraError(
        "not-found",
        `Proposal ${id} has not been evaluated. Run: kira-improve evaluate --proposal-id ${id}.`,
      );
    const lines = [...exportLines(evaluation)];
    return { json: { lines }, text: lines.map((line) => JSON.stringify(line)).join("\n") };
  }
}
