import { type Answer, parseAnswer } from "../domain/answer/parse.ts";
import { applyEdits } from "../domain/edits.ts";
import { KiraError } from "../domain/errors.ts";
import { costOf, type Round } from "../domain/exchange.ts";
import type { Prompt } from "../domain/prompt/situation.ts";
import type { Draft } from "../domain/proposal.ts";
import { redact } from "../domain/redact.ts";
import type { Model, ModelAnswer, Turn } from "../models/contract.ts";
import type { Situation } from "./contract.ts";
import { repairRequest } from "./prompts/propose.ts";

/** One answer and two repairs. */
const mostRounds = 3;
/** Of a useless answer, the model is shown so much again. */
const mostEcho = 20_000;
const triedBefore =
  "This has been proposed before, with the same lines added and taken away. Have another idea.";

/** Asks, and asks again with what was wrong, until the answer can be used or the rounds are over. */
export class Conversation {
  readonly #model: Model;
  readonly #prompt: Prompt;
  readonly #situation: Situation;
  readonly #rounds: Round[] = [];
  readonly #turns: Turn[] = [];

  constructor(model: Model, prompt: Prompt, situation: Situation) {
    this.#model = model;
    this.#prompt = prompt;
    this.#situation = situation;
  }

  async draft(): Promise<Draft | undefined> {
    let user = this.#prompt.user;
    for (;;) {
      const answer = await this.#ask(user);
      try {
        const said = this.#read(answer);
        this.#keep(user, answer, null);
        return this.#draft(said);
      } catch (error) {
        if (!(error instanceof KiraError)) throw error;
        this.#keep(user, answer, error.message);
        if (error.code !== "invalid" || answer.stop !== "end") throw this.#unusable(error);
        if (this.#rounds.length >= mostRounds) {
          if (error.message === triedBefore) return undefined;
          throw this.#unusable(error);
        }
        this.#turns.push({ role: "assistant", content: answer.text.slice(0, mostEcho) || "(nothing)" });
        user = repairRequest(redact(error.message));
      }
    }
  }

  async #ask(user: string): Promise<ModelAnswer> {
    const { config, budget, signal, onProgress } = this.#situation;
    this.#refuseToOverspend();
    this.#turns.push({ role: "user", content: user });
    let characters = 0;
    onProgress?.(characters);
    const answer = await this.#model.complete({
      system: this.#prompt.system,
      turns: [...this.#turns],
      schema: this.#prompt.schema,
      maxTokens: config.answerTokens,
      timeoutMs: config.timeoutSeconds * 1000,
      signal,
      onText: (text) => onProgress?.((characters += text.length)),
    });
    budget.think(answer.costUsd ?? 0);
    return answer;
  }

  #refuseToOverspend(): void {
    const { budget } = this.#situation;
    const spent = budget.exhausted();
    // The model that served may be another than the one that was asked for.
    const unpriced = budget.limitsCost && (this.#model.price === null || costOf(this.#rounds) === null);
    if (spent === undefined && !unpriced) return;
    const why = unpriced
      ? `no price of ${this.#model.name} is known, so its limit of cost cannot be kept. Give it one in propose.prices, or set no limit`
      : `${spent}. Raise propose.maxCost or --max-cost`;
    const asked = this.#rounds.at(-1)?.problem;
    throw new KiraError(
      unpriced ? "invalid" : "inconclusive",
      `${this.#model.name} was not asked${asked ? " again" : ""}: ${why}.${asked ? ` Its last answer could not be used: ${asked}` : ""}`,
      this.#spent(),
    );
  }

  /** @throws KiraError `invalid` for what can be repaired, `refused` for what cannot */
  #read({ stop, text }: ModelAnswer): Answer {
    const { name } = this.#model;
    if (stop === "refusal")
      throw new KiraError(
        "refused",
        `${name} declined to answer. Ask another model, or look at what it was sent with --show-prompt.`,
      );
    if (stop === "length")
      throw new KiraError(
        "invalid",
        "It was cut off. Raise propose.answerTokens, or ask a model that thinks less.",
      );
    if (text.trim() === "")
      throw new KiraError(
        "refused",
        `${name} answered nothing. Run the command again, or ask another model.`,
      );
    const { files, problems, alreadyTried } = this.#situation;
    const answer = parseAnswer(text, files);
    const contents = applyEdits(files, answer.edits);
    const reasons = problems(contents);
    if (reasons.length > 0)
      throw new KiraError("invalid", `The change is not allowed: ${reasons.join(" ")} Leave these out.`);
    if (alreadyTried(contents)) throw new KiraError("invalid", triedBefore);
    return answer;
  }

  #draft(said: Answer): Draft {
    const { version, system, seenTasks } = this.#prompt;
    return {
      ...said,
      seenTasks,
      model: this.#model.name,
      costUsd: costOf(this.#rounds),
      exchange: { prompt: version, system, rounds: this.#rounds },
    };
  }

  #keep(user: string, { text, ...facts }: ModelAnswer, problem: string | null): void {
    const { stop, model, inputTokens, outputTokens, costUsd, durationMs } = facts;
    this.#rounds.push({
      ...{ user, answer: text, stop, model, inputTokens, outputTokens, costUsd, durationMs, problem },
    });
  }

  #unusable(error: KiraError): KiraError {
    if (error.code === "refused") return new KiraError("refused", error.message, this.#spent());
    const times = this.#rounds.length === 1 ? "" : ` after ${this.#rounds.length} answers`;
    return new KiraError(
      "refused",
      `What ${this.#model.name} answered could not be used${times}: ${error.message} Nothing was made; run the command again, or ask another model.`,
      this.#spent(),
    );
  }

  #spent() {
    const { length: rounds } = this.#rounds;
    return { model: this.#model.name, rounds, costUsd: costOf(this.#rounds) };
  }
}
