import { text } from "node:stream/consumers";
import { Command, Option } from "clipanion";
import { KiraError } from "../domain/errors.ts";
import { parseLines } from "../domain/lines.ts";
import { parseScoredLine } from "../domain/scored-lines.ts";
import { verdictOn } from "../loop/verdict.ts";
import { type Answer, KiraCommand } from "./command.ts";
import { formatOf, formatTexts, statusOfVerdict } from "./verdict-format.ts";

export class VerdictCommand extends KiraCommand {
  static override paths = [["verdict"]];
  static override usage = Command.Usage({
    category: "The verdict alone",
    description: "Judge outcomes of any harness, from standard input",
    details:
      'Reads JSON lines {"arm": "baseline" or "candidate", "task": "…", "score": 0…1}, with "family" where tasks resemble each other and "fixes": true on tasks that the change is meant to mend. Works anywhere; nothing is run or recorded. Exit status as evaluate: 0 improved, 5 not improved or a regression, 6 inconclusive.',
    examples: [
      ["Two runs of your own harness", "cat before.jsonl after.jsonl | $0 verdict --stdin"],
      ["An evaluation, judged again", "$0 proposals --show 3 --trials | $0 verdict --stdin"],
    ],
  });

  stdin = Option.Boolean("--stdin", false, { description: "Read the outcomes from standard input" });
  markdown = Option.Boolean("--markdown", false, { description: formatTexts.markdown });
  junit = Option.Boolean("--junit", false, { description: formatTexts.junit });

  protected async answer(): Promise<Answer> {
    if (!this.stdin)
      throw new KiraError("invalid", "verdict reads outcomes from standard input. Say so with --stdin.");
    const { items } = parseLines(await text(this.context.stdin), parseScoredLine, false);
    if (items.length === 0)
      throw new KiraError(
        "invalid",
        'There are no outcomes on standard input. Write one object a line: {"arm": "baseline", "task": "…", "score": 1}.',
      );
    const verdict = verdictOn(items);
    return {
      json: { verdict },
      text: formatOf(this)("Verdict", verdict, this.width),
      status: statusOfVerdict[verdict.verdict],
    };
  }
}
