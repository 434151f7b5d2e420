import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Command, Option } from "clipanion";
import { exitStatus, KiraError } from "../domain/errors.ts";
import { parseLines } from "../domain/lines.ts";
import { printableJson } from "../domain/printable.ts";
import { parseLabel } from "../domain/rubric/label.ts";
import { answersToLabel } from "../loop/bank/answers-to-label.ts";
import { type Choice, choices, recordLook, type Sample, sampleOf } from "../loop/evaluate/look.ts";
import { qualify } from "../loop/bank/qualify.ts";
import { renderLook, renderPair, renderQualified, shownPair } from "../report/rubric.ts";
import type { Workspace } from "../workspace.ts";
import { type Answer, oneOf, wholeNumber } from "./command.ts";
import { namesIn } from "./limits.ts";
import { type Making, TrialsCommand } from "./trials-command.ts";

const mostAnswers = 1000;
const askedFor = "Label each pair: is a the better answer, or b, or are they the same?";

export class TasksJudgeCommand extends TrialsCommand {
  static override paths = [["tasks", "judge"]];
  static override usage = Command.Usage({
    category: "Look",
    description: "How far a model that judges by rubrics agrees with a person",
    details:
      'With --labels it puts answers that a person has labelled before the judge that evaluate.judge names, and records how far they agree; until at least 20 show that it can be relied on, no task with a rubric decides. A label is a line of JSON: {"task": "…", "answer": "…", "points": [true, false]}, with true or false for each point of the task\'s rubric in their order, or "pass": true if all hold. With --pairs it shows five pairs of answers that a verdict rests on, without saying which is whose, and records which a person prefers: no merge rests on a judge alone. Exit status: 0 the judge counts, or is not contradicted; 5 it does not, or is; 7 the judge cannot be asked.',
    examples: [
      ["Get answers of production to label", "$0 tasks judge --sample 24 > labels.jsonl"],
      ["Put labelled answers before the judge", "$0 tasks judge --labels labels.jsonl"],
      ["Look at what the verdict on proposal 3 rests on", "$0 tasks judge --pairs 3"],
      ["The same without a terminal", "$0 tasks judge --pairs 3 --answers a,b,same,a,a"],
    ],
  });

  sample = Option.String("--sample", {
    description: "Print so many answers of production, as lines to label; makes trials where they lack",
  });
  labels = Option.String("--labels", { description: "A file of answers that a person has labelled" });
  pairs = Option.String("--pairs", { description: "The proposal whose pairs of answers to look at" });
  answers = Option.String("--answers", {
    description: "With --pairs: a, b or same for each pair, with commas",
  });
  protected override writes = true;

  protected async makeTrials(workspace: Workspace, making: Making): Promise<Answer> {
    const { sample, labels, pairs, answers } = this;
    if ([sample, labels, pairs].filter((each) => each !== undefined).length !== 1)
      throw new KiraError(
        "invalid",
        "tasks judge needs --sample <n>, --labels <file> or --pairs <proposal>. Give one of them.",
      );
    if (answers !== undefined && pairs === undefined)
      throw new KiraError("invalid", "--answers goes with --pairs. Add that, or leave the answers out.");
    if (labels !== undefined) return this.#qualify(workspace, labels, making);
    if (pairs !== undefined) return this.#look(workspace, wholeNumber(pairs, "--pairs"));
    const count = wholeNumber(sample!, "--sample", 1, mostAnswers);
    const lines = await answersToLabel(workspace, { count, ...making });
    return { json: { labels: lines }, text: lines.map(printableJson).join("\n") };
  }

  async #qualify(workspace: Workspace, file: string, { limits, signal }: Making): Promise<Answer> {
    const { items: labels } = parseLines(
      readText(resolve(this.context.folder, file), file),
      parseLabel,
      false,
    );
    if (labels.length === 0)
      throw new KiraError("invalid", `There are no labels in ${file}. Write one object a line.`);
    const qualified = await qualify(workspace, { labels, limits, signal });
    return {
      json: qualified,
      text: renderQualified(qualified, this.width),
      status: qualified.short === null ? 0 : exitStatus.refused,
    };
  }

  async #look(workspace: Workspace, proposalId: number): Promise<Answer> {
    const sample = await sampleOf(workspace, proposalId);
    const chosen = this.answers === undefined ? await this.#ask(sample) : choicesIn(this.answers);
    if (chosen === undefined) {
      this.writes = false;
      const shown = sample.pairs.map((pair, i) => renderPair(pair, i, sample.pairs.length, this.width));
      const next = `${askedFor} Answer with: kira-improve tasks judge --pairs ${proposalId} --answers ${sample.pairs.map(() => "…").join(",")}`;
      return { json: { pairs: sample.pairs.map(shownPair) }, text: [...shown, next].join("\n\n") };
    }
    const { look, contradicted } = recordLook(workspace, sample, chosen);
    return {
      json: { look, contradicted },
      text: renderLook(look, contradicted, proposalId, this.width),
      status: contradicted ? exitStatus.refused : 0,
    };
  }

  /** @returns undefined where nobody can be asked */
  async #ask({ pairs }: Sample): Promise<Choice[] | undefined> {
    const { stdin, stdout, signal } = this.context;
    if (this.json || !("isTTY" in stdin) || !stdin.isTTY) return undefined;
    const screen = createInterface({ input: stdin, output: stdout });
    // Whoever ends the input answers no more: without this the question would wait for ever.
    const gone = new AbortController();
    screen.once("close", () => gone.abort());
    const ended = AbortSignal.any([signal, gone.signal]);
    try {
      const chosen: Choice[] = [];
      for (const [i, pair] of pairs.entries()) {
        stdout.write(`${renderPair(pair, i, pairs.length, this.width)}\n\n`);
        for (let said: Choice | undefined; said === undefined;) {
          const word = (await screen.question("Better: a, b or same? ", { signal: ended }))
            .trim()
            .toLowerCase();
          said = choices.find((choice) => choice === word);
          if (said) chosen.push(said);
        }
      }
      return chosen;
    } catch (error) {
      if (!ended.aborted) throw error;
      throw new KiraError("interrupted", "Stopped. Nothing of it was recorded; run the command again.");
    } finally {
      screen.close();
    }
  }
}

const choicesIn = (text: string): Choice[] =>
  namesIn(text)!.map((word) => oneOf(word.toLowerCase(), "An answer of --answers", choices));

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new KiraError("not-found", `The file ${shown} cannot be read. Name one with a label a line.`, {
      cause,
    });
  }
}
