import { Command, Option } from "clipanion";
import { exitStatus } from "../domain/errors.ts";
import { doctor } from "../loop/doctor.ts";
import { renderDiagnosis } from "../report/doctor.ts";
import { progressOn } from "../report/progress.ts";
import { type Answer, KiraCommand } from "./command.ts";

export class DoctorCommand extends KiraCommand {
  static override paths = [["doctor"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "Whether this machine and this repository have what the loop needs",
    details:
      "One line for each thing it looks at; where something is wrong, why that matters and what mends it, to be copied as it stands. With --sandbox, programs inside the sandbox try to escape from it in every way we know, on decoys, and it takes some seconds. Exit status: 0 all is well or there are only warnings, 7 something is missing or does not hold.",
    examples: [
      ["Look", "$0 doctor"],
      ["Apply the fixes by which nothing can be lost", "$0 doctor --fix"],
      ["Read the whole record again", "$0 doctor --full"],
      ["The whole escape matrix of this machine", "$0 doctor --sandbox"],
    ],
  });

  fix = Option.Boolean("--fix", false, { description: "Apply the fixes by which nothing can be lost" });
  full = Option.Boolean("--full", false, {
    description: "Read everything that is kept, and check its digests",
  });
  sandbox = Option.Boolean("--sandbox", false, { description: "Try every escape from the sandbox" });

  protected async answer(): Promise<Answer> {
    const { folder, env, signal, stderr } = this.context;
    const { sandbox, full, fix } = this;
    const report = progressOn(stderr as { write(text: string): void }, this.verbose);
    const diagnosis = await doctor({ folder, environment: env, report, sandbox, full, fix, signal });
    const { healthy, checks } = diagnosis;
    const mendable = !fix && checks.some(({ mend }) => mend !== undefined);
    const hints = [
      ...(mendable ? ["\n\nApply what is safe with: kira-improve doctor --fix"] : []),
      ...(sandbox ? [] : ["\n\nSee what the sandbox holds here with: kira-improve doctor --sandbox"]),
    ];
    return {
      json: { doctor: diagnosis },
      text: renderDiagnosis(diagnosis, this.width) + hints.join(""),
      status: healthy ? 0 : exitStatus.unavailable,
    };
  }
}
