import type { Exchange, Round } from "../domain/exchange.ts";
import type { Prompt } from "../domain/prompt/situation.ts";
import { dollars, seconds } from "./numbers.ts";

/** What a model would be sent, exactly. */
export function renderPrompt({ version, system, user, tokens, seenTasks }: Prompt): string {
  const seen = seenTasks.length === 0 ? "" : `; it shows ${seenTasks.join(", ")}, which then do not decide`;
  return [`# ${version}, about ${tokens} tokens${seen}`, "# System", system, "# User", user].join("\n\n");
}

/** Everything that was said, in order. */
export function renderExchange({ prompt, system, rounds }: Exchange): string {
  const said = rounds.flatMap((round, i) => [
    `# ${i === 0 ? "User" : "User, asking again"}`,
    round.user,
    `# Answer ${i + 1} (${factsOf(round)})`,
    round.answer,
    ...(round.problem === null ? [] : [`# Not used: ${round.problem}`]),
  ]);
  return [`# ${prompt}`, "# System", system, ...said].join("\n\n");
}

function factsOf({ model, inputTokens, outputTokens, durationMs, costUsd, stop }: Round): string {
  const cost = costUsd === null ? "price unknown" : dollars(costUsd);
  const how = stop === "end" ? "" : `, ended by ${stop}`;
  return `${model}, ${inputTokens} tokens in, ${outputTokens} out, ${seconds(durationMs)}, ${cost}${how}`;
}
