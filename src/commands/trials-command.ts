import { Option } from "clipanion";
import type { Limits } from "../domain/budget.ts";
import type { Tape } from "../gateway/contract.ts";
import type { Workspace } from "../workspace.ts";
import type { Answer } from "./command.ts";
import { limitsOf, limitTexts } from "./limits.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { tapeOf, tapeTexts } from "./tape.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

/** How trials are made, wherever a command makes some. */
export interface Making {
  readonly limits: Limits;
  readonly allowUnsandboxed: boolean;
  readonly tape: Tape | undefined;
  readonly signal: AbortSignal;
}

/** A command that makes trials: what they may cost and how they are contained is said in the same words everywhere. */
export abstract class TrialsCommand extends WorkspaceCommand {
  maxTrials = Option.String("--max-trials", { description: limitTexts.maxTrials });
  maxCost = Option.String("--max-cost", { description: limitTexts.maxCost });
  maxMinutes = Option.String("--max-minutes", { description: limitTexts.maxMinutes });
  record = Option.String("--record", { description: tapeTexts.record });
  replay = Option.String("--replay", { description: tapeTexts.replay });
  allowUnsandboxed = Option.Boolean("--allow-unsandboxed", false, {
    description: "Run the agent without a sandbox; recorded, and merged only with your approval",
  });

  protected abstract makeTrials(workspace: Workspace, making: Making): Promise<Answer>;

  protected override run(workspace: Workspace): Promise<Answer> {
    keepHeapSmall();
    return this.makeTrials(workspace, {
      limits: limitsOf(this),
      allowUnsandboxed: this.allowUnsandboxed,
      tape: tapeOf(this, this.context.folder),
      signal: this.context.signal,
    });
  }
}
