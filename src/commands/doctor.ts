import { Command, Option } from "clipanion";
import { exitStatus } from "../domain/errors.ts";
import { doctor } from "../loop/doctor.ts";
import { renderDiagnosis } from "../report/doctor.ts";
import { type Answer, KiraCommand } from "./command.ts";

export class DoctorCommand extends KiraCommand {
  static override paths = [["doctor"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "Whether this machine has what trials need",
    details:
      "With --sandbox, programs inside the sandbox try to escape from it in every way we know, on decoys, and it takes some seconds. Exit status: 0 all is well, 7 something is missing or does not hold.",
    examples: [
      ["Versions, and whether the sandbox works", "$0 doctor"],
      ["The whole escape matrix of this machine", "$0 doctor --sandbox"],
    ],
  });

  sandbox = Option.Boolean("--sandbox", false, { description: "Try every escape from the sandbox" });

  protected async answer(): Promise<Answer> {
    const { folder, env, signal } = this.context;
    const searchPath = env["PATH"] ?? "";
    const diagnosis = await doctor({ folder, searchPath, sandbox: this.sandbox, signal });
    const hint = this.sandbox
      ? ""
      : "\n\nSee what the sandbox holds here with: kira-improve doctor --sandbox";
    return {
      json: { doctor: diagnosis },
      text: renderDiagnosis(diagnosis, this.width) + hint,
      status: diagnosis.healthy ? 0 : exitStatus.unavailable,
    };
  }
}
