import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { parseLines } from "../domain/lines.ts";
import { parseOutcome } from "../domain/outcome.ts";
import { oneLine, printable } from "../domain/printable.ts";
import { log } from "../loop/log.ts";
import { type Logbook, openLogbook } from "../logbook.ts";
import { plural } from "../report/numbers.ts";
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
    const given = this.#given();
    const mixed = this.stdin ? given.length > 0 : this.skipInvalid;
    if (mixed)
      throw new KiraError(
        "invalid",
        "--stdin goes with --skip-invalid and nothing else. Log one outcome or many.",
      );
    if (given.length === 0 && !this.stdin)
      throw new KiraError(
        "invalid",
        "Nothing to log. Say what happened with --task, --outcome and --category, or use --stdin.",
      );
    const { folder, env } = this.context;
    using logbook = openLogbook(folder, env);
    const now = logbook.now().toISOString();
    if (this.stdin) return await this.#many(logbook, now);
    const { last } = log(logbook, [parseOutcome(Object.fromEntries(given), "Not recorded", now)], "cli");
    const line = oneLine(`#${last!.id} ${last!.outcome}: ${last!.task}`, this.width);
    return { json: { outcome: last }, text: line };
  }

  async #many(logbook: Logbook, now: string): Promise<Answer> {
    const input = await this.#input();
    const { items, skipped } = parseLines(
      input,
      (value, where) => parseOutcome(value, where, now),
      this.skipInvalid,
    );
    // Loaded when it is needed: a single outcome is logged fast.
    const { logMany } = await import("../loop/log/log-many.ts");
    const { count, lastId, before } = logMany(logbook, items, input);
    for (const problem of skipped) this.context.stderr.write(`${printable(problem)}\n`);
    const tail = skipped.length > 0 ? `; ${plural(skipped.length, "line")} skipped` : "";
    const went =
      before > 0 ? ` after the first ${before}, which were recorded before it was interrupted` : "";
    return {
      json: { logged: count, lastId, before, skipped },
      text: `Recorded ${plural(count, "outcome")}${went}${tail}.`,
    };
  }

  async #input(): Promise<string> {
    const { stdin, signal } = this.context;
    try {
      return await text(addAbortSignal(signal, stdin));
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new KiraError("interrupted", "Stopped; nothing was recorded. Run the command again.", { cause });
    }
  }

  /** The fields of one outcome that were given as options. */
  #given(): [string, unknown][] {
    const number = (value: string | undefined, name: string, least: number) =>
      value === undefined ? undefined : wholeNumber(value, name, least);
    return Object.entries({
      task: this.task,
      outcome: this.outcome,
      category: this.category,
      duration: number(this.duration, "--duration", 0),
      notes: this.notes,
      sessionKey: this.sessionKey,
      improvementId: number(this.improvementId, "--improvement-id", 1),
    }).filter(([, value]) => value !== undefined);
  }
}
