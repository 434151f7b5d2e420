import { KiraError } from "../domain/errors.ts";
import { fenced, quotable } from "../domain/prompt/quote.ts";
import { parseRulings, type Ruling, rulingsJsonSchema } from "../domain/rubric/ruling.ts";
import type { Rubric } from "../domain/task.ts";
import type { Turn } from "../models/contract.ts";
import type { AskJudge, Grader } from "./contract.ts";
import { judgeAgain, judgePrompt } from "./prompts/judge.ts";
import { zero } from "./score.ts";

/** One answer and two repairs. */
const mostRounds = 3;
/** Of what is judged, and of a useless answer, a judge is shown so much. In characters. */
const mostShown = 60_000;
const mostEcho = 10_000;

/**
 * What no program can check: points that a model finds true or false of the answer. It sees the task's prompt, the
 * answer and the points, and nothing of where the answer comes from. A judge that cannot be understood has judged
 * nothing, which is no failure of whoever answered.
 */
export const rubric: Grader<"rubric"> = {
  async grade({ points }, { prompt, answer, judge }) {
    if (answer.trim() === "") return zero("the answer is empty");
    if (!judge)
      throw new KiraError(
        "unavailable",
        "There is no model that judges by rubrics. Name one as evaluate.judge.",
      );
    const rulings = await rule(points, { prompt, answer }, judge);
    const sum = (some: Rubric["points"]) => some.reduce((total, { weight }) => total + weight, 0);
    const held = points.filter((_, i) => rulings[i]!.holds);
    if (held.length === points.length) return { score: 1, reason: "as asked" };
    // By their numbers alone: a proposer may read it.
    const missed = points.flatMap((_, i) => (rulings[i]!.holds ? [] : [i + 1]));
    return {
      score: sum(held) / sum(points),
      reason: `${held.length} of ${points.length} points hold, not ${missed.join(", ")}`,
    };
  },
};

/**
 * Asks a judge, and asks again with what was wrong, until it has ruled on every point.
 * @throws KiraError `unavailable` if it does not
 */
export async function rule(
  points: Rubric["points"],
  judged: { readonly prompt: string; readonly answer: string },
  judge: AskJudge,
): Promise<Ruling[]> {
  const turns: Turn[] = [{ role: "user", content: questionOf(points, judged) }];
  for (let round = 1; ; round++) {
    const { text, stop } = await judge({ system: judgePrompt.system, turns, schema: rulingsJsonSchema() });
    try {
      if (stop === "refusal") throw new KiraError("refused", "It declined to answer.");
      if (stop === "length") throw new KiraError("invalid", "The answer was cut off. Be shorter.");
      return parseRulings(text, points.length);
    } catch (error) {
      if (!(error instanceof KiraError)) throw error;
      if (error.code !== "invalid" || round === mostRounds) throw unusable(error);
      turns.push(
        { role: "assistant", content: text.slice(0, mostEcho) || "(nothing)" },
        { role: "user", content: judgeAgain(error.message) },
      );
    }
  }
}

function questionOf(
  points: Rubric["points"],
  { prompt, answer }: { readonly prompt: string; readonly answer: string },
): string {
  return [
    `## The task\n\n${fenced(quotable(prompt, mostShown))}`,
    `## The answer\n\n${fenced(quotable(answer, mostShown))}`,
    `## The points\n\n${points.map(({ says }, i) => `${i + 1}. ${says.replace(/\s+/g, " ")}`).join("\n")}`,
    judgePrompt.request,
  ].join("\n\n");
}

function unusable(error: KiraError): KiraError {
  return new KiraError(
    "unavailable",
    `What the judge answered could not be used: ${error.message} Name another model as evaluate.judge if it goes on like that.`,
    { cause: error },
  );
}
