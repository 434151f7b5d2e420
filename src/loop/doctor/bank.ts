import { KiraError } from "../../domain/errors.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { quarantined, refuseWithoutJudge, unqualified } from "../evaluate/deciding.ts";
import { readBank } from "../bank/tasks.ts";
import { type Check, failure, ok, told, warning } from "./check.ts";

const why = "Proposals are judged by these tasks.";

/** Whether there is something to judge by, as it stands on the production branch. */
export async function checkBank(workspace: Workspace, rules: Rules): Promise<Check> {
  try {
    const { tasks } = await readBank(workspace, rules);
    const enabled = tasks.filter((task) => task.enabled);
    refuseWithoutJudge(rules.config, enabled);
    const apart = enabled.filter((task) => quarantined(workspace, task) !== undefined);
    if (apart.length > 0)
      return warning("task bank", {
        found: `${apart.length} of ${enabled.length} tasks do not count, because their graders disagree with themselves: ${apart.map(({ name }) => name).join(", ")}.`,
        why,
        fix: "Correct and commit their graders, then run: kira-improve tasks check",
      });
    const open = enabled.filter((task) => unqualified(workspace, rules.config, task) !== undefined);
    if (open[0])
      return warning("task bank", {
        found: `${open.length} of ${enabled.length} tasks have a rubric and do not count: ${unqualified(workspace, rules.config, open[0])}.`,
        why,
        fix: "Label answers, then run: kira-improve tasks judge --labels <file>",
      });
    const heldOut = enabled.filter(({ split }) => split === "held-out").length;
    return ok("task bank", `${enabled.length} tasks enabled, ${heldOut} of them held out`);
  } catch (error) {
    if (!(error instanceof KiraError)) throw error;
    const { found, fix } = told(error);
    const isEmpty = found.startsWith("There are no tasks");
    return (isEmpty ? warning : failure)("task bank", { found, why, fix });
  }
}
