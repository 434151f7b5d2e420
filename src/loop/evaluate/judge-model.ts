import type { Budget } from "../../domain/budget.ts";
import type { Config } from "../../domain/config.ts";
import { KiraError } from "../../domain/errors.ts";
import type { AskJudge } from "../../graders/contract.ts";
import type { Model } from "../../models/contract.ts";
import type { Workspace } from "../../workspace.ts";

/** What was spent on a judge. */
export interface Spent {
  costUsd: number;
  tokens: number;
}

/** The model that judges by rubrics. @param spent is added to with every answer, whatever comes of it */
export type Judge = (spent: Spent) => AskJudge;

interface Setting {
  readonly config: Config;
  readonly budget?: Budget | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Nobody is asked, and nothing loaded, before the first question. @returns undefined where no judge is configured */
export function openJudge(
  { openModel }: Pick<Workspace, "openModel">,
  { config, budget, signal }: Setting,
): Judge | undefined {
  const { judge } = config.evaluate;
  const { answerTokens, timeoutSeconds } = config.propose;
  if (judge === undefined) return undefined;
  let opened: Promise<Model> | undefined;
  return (spent) => async (question) => {
    if (budget?.costLeft() === 0 || budget?.tokensLeft() === 0)
      throw new KiraError("unavailable", "What this may cost is spent. Allow more with --max-cost.");
    const model = await (opened ??= openModel(judge));
    const { text, stop, costUsd, inputTokens, outputTokens } = await model.complete({
      ...question,
      ...{ temperature: 0, maxTokens: answerTokens, timeoutMs: timeoutSeconds * 1000, signal },
    });
    spent.costUsd += costUsd ?? 0;
    spent.tokens += inputTokens + outputTokens;
    if (costUsd === null && budget?.limitsCost)
      throw new KiraError(
        "unavailable",
        `No price of ${judge} is known, so a limit of cost cannot be kept. Give it one in propose.prices.`,
      );
    return { text, stop };
  };
}
