import { Command, Option } from "clipanion";
import { exitStatus, KiraError } from "../domain/errors.ts";
import type { Task } from "../domain/task.ts";
import { addTask, listTasks, setEnabled, showTask } from "../loop/bank/bank.ts";
import { type BankCheck, checkTasks } from "../loop/bank/check-bank.ts";
import { quarantined, unqualified } from "../loop/evaluate/deciding.ts";
import { type ListedTask, renderCheck, renderTask, renderTasks } from "../report/tasks.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, atMost, oneOf, wholeNumber } from "./command.ts";
import { WorkspaceCommand } from "./workspace-command.ts";

const verbs = ["list", "show", "check", "add", "enable", "disable"] as const;

export class TasksCommand extends WorkspaceCommand {
  static override paths = [["tasks"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "The task bank: list, show, check, add, enable, disable",
    details:
      "Tasks are files; these commands read and write them in your working tree. Evaluations use them as committed on the production branch. The check grades, without any agent, each task's solution, which has to pass, and what a lazy or a cheating agent would leave, which has to fail. Its exit status: 0 all is well or there are only warnings, 2 a task is broken, 7 the sandbox for programs that grade is not there.",
    examples: [
      ["List them", "$0 tasks"],
      ["See whether it tells right from wrong", "$0 tasks check"],
      ["Make a task of a logged failure", "$0 tasks add --from-outcome 12"],
      ["Take one out for a while", "$0 tasks disable refund-after-30-days"],
    ],
  });

  words = Option.Rest();
  fromOutcome = Option.String("--from-outcome", {
    description: "With add: the logged outcome to start from",
  });
  protected override writes = false;

  protected async run(workspace: Workspace): Promise<Answer> {
    atMost(this.words, 2, "tasks");
    const verb = oneOf(this.words[0] ?? "list", "The word after tasks", verbs);
    switch (verb) {
      case "list": {
        const tasks = listTasks(workspace).map(withQuarantine(workspace));
        return { json: { tasks }, text: renderTasks(tasks, this.width) };
      }
      case "check": {
        const check = await checkTasks(workspace, this.context.signal);
        this.writes = check.newlyQuarantined.length > 0;
        return { json: { check }, text: renderCheck(check, this.width), status: statusOf(check) };
      }
      case "add": {
        if (this.fromOutcome === undefined)
          throw new KiraError(
            "invalid",
            "tasks add needs a logged outcome to start from. Name it with --from-outcome <id>.",
          );
        const { file } = addTask(workspace, wholeNumber(this.fromOutcome, "--from-outcome"));
        return {
          json: { file },
          text: `Wrote ${file}. Complete its criteria, set enabled to true and commit it.`,
        };
      }
      case "show": {
        const task = withQuarantine(workspace)(showTask(workspace, this.#name(verb)));
        return { json: { task }, text: renderTask(task) };
      }
      default: {
        const file = setEnabled(workspace, this.#name(verb), verb === "enable");
        return {
          json: { file, enabled: verb === "enable" },
          text: `${file} is ${verb}d. Commit it to make that count.`,
        };
      }
    }
  }

  #name(verb: string): string {
    const [, name] = this.words;
    if (name === undefined)
      throw new KiraError(
        "invalid",
        `tasks ${verb} needs a task's name. See them with: kira-improve tasks list.`,
      );
    return name;
  }
}

const withQuarantine =
  (workspace: Workspace) =>
  (task: Task): ListedTask => ({
    ...task,
    quarantine: quarantined(workspace, task) ?? null,
    unqualified: unqualified(workspace, workspace.settings, task) ?? null,
  });

function statusOf({ problems, findings, unavailable }: BankCheck): number {
  if (problems.length > 0 || findings.some(({ severity }) => severity === "broken"))
    return exitStatus.invalid;
  return unavailable ? exitStatus[unavailable.code] : 0;
}
