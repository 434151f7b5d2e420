import { text } from "node:stream/consumers";
import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { parseLines } from "../domain/lines.ts";
import { parseOutcome } from "../domain/outcome.ts";
import { log } from "../loop/log.ts";
import { openLogbook } from "../logbook.ts";
import { oneLine } from "../domain/printable.ts";
import { type Answer, KiraCommand, wholeNumber } from "./command.ts";

export class LogCommand extends KiraCommand {
  static override paths = [["log"]];
  static override usage = Command.Usage({
    category: "The loop",
    description: "Record the outcome of a task",
    examples: [
      [
        "Record a failure",
        '$0 log --task "Send investor email" --outcome failure --category outreach --notes "No email access"',
      ],
      ["Record many, one JSON object a line", "$0 log --stdin < outcomes.jsonl"],
    ],
  });

  task = Option.String("--task", { description: "What was to be done" });
  outcome = Option.String("--outcome", { description: "success, failure or partial" });
  category = Option.String("--category", { description: "What kind of task it was" });
  duration = Option.String("--duration", { description: "How long it took, in seconds" });
  notes = Option.String("--notes", { description: "What happened, in words; analyze reads them" });
  sessionKey = Option.String("--session-key", { description: "The agent session it belongs to" });
  improvementId = Option.String("--improvement-id", { description: "The proposal it is about" });
  stdin = Option.Boolean("--stdin", false, { description: "Read JSON lines from standard input" });
  skipInvalid = Option.Boolean("--skip-invalid", false, {
    description: "With --stdin: record the good lines, report the others",
  });

  protected async answer(): Promise<Answer> {
    const { folder, env } = this.context;
    using logbook = openLogbook(folder, env);
    const now = logbook.now().toISOString();
    if (this.stdin) {
      const input = await text(this.context.stdin);
      const { items, skipped } = parseLines(
        input,
        (value, where) => parseOutcome(value, where, now),
        this.skipInvalid,
      );
      const { count, last } = log(logbook, items, "stdin");
      for (const problem of skipped) this.context.stderr.write(`${problem}\n`);
      const tail = skipped.length > 0 ? `; ${skipped.length} lines were skipped` : "";
      return {
        json: { logged: count, lastId: last?.id ?? null, skipped },
        text: `Recorded ${count} outcomes${tail}.`,
      };
    }
    const given = Object.entries({
      task: this.task,
      outcome: this.outcome,
      category: this.category,
      duration: this.duration === undefined ? undefined : wholeNumber(this.duration, "--duration", 0),
      notes: this.notes,
      sessionKey: this.sessionKey,
      improvementId:
        this.improvementId === undefined ? undefined : wholeNumber(this.improvementId, "--improvement-id"),
    }).filter(([, value]) => value !== undefined);
    if (given.length === 0)
      throw new KiraError(
        "invalid",
        "Nothing to log. Say what happened with --task, --outcome and --category, or use --stdin.",
      );
    const { last } = log(logbook, [parseOutcome(Object.fromEntries(given), "The outcome", now)], "cli");
    return { json: { outcome: last }, text: `#${last!.id} ${last!.outcome}: ${oneLine(last!.task, 200)}` };
  }
}
