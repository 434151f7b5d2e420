import { Command, Option } from "clipanion";
import { exitStatus } from "../domain/errors.ts";
import { audit } from "../loop/audit.ts";
import { renderAudit } from "../report/audit.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, wholeNumber } from "./command.ts";
import { type Making, TrialsCommand } from "./trials-command.ts";

const statusOf = { held: 0, lost: exitStatus.refused, undecided: exitStatus.inconclusive } as const;

export class AuditCommand extends TrialsCommand {
  static override paths = [["audit"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Compare production with an earlier accepted state",
    details:
      "Each merge may be wrong, and many small losses add up. Production is compared with the state that was audited last; if that does better, going back to it becomes a proposal. Exit status: 0 production holds, 5 it has become worse, 6 undecided.",
    examples: [
      ["Every ten merges", "$0 audit"],
      ["Against the very beginning", "$0 audit --against 0"],
    ],
  });

  against = Option.String("--against", { description: "The archive node to compare with" });

  protected async makeTrials(workspace: Workspace, making: Making): Promise<Answer> {
    const audited = await audit(workspace, {
      against: this.against === undefined ? undefined : wholeNumber(this.against, "--against", 0),
      ...making,
    });
    return {
      json: { ...audited },
      text: renderAudit(audited, this.width),
      status: statusOf[audited.audit.result],
    };
  }
}
