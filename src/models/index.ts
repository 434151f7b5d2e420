import type { Config } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import { anthropic } from "./anthropic.ts";
import type { Model, ModelFactory, ModelSettings } from "./contract.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";

type Reached = Config["propose"]["baseUrls"];

/** Every provider of models, by the prefix of its models' names. */
export const models = { anthropic, ollama, openai } satisfies Record<keyof Reached, ModelFactory>;
export type ProviderName = keyof typeof models;

export interface ModelName {
  readonly provider: ProviderName;
  /** As its provider knows it. */
  readonly model: string;
}

/**
 * What a user means by the name of a model: `ollama:…`, `anthropic:…` and `openai:…` say it, a bare `claude-…`
 * is Anthropic's, and every other is Ollama's, whose own names have colons.
 * @throws KiraError `invalid` if nothing is named
 */
export function parseModelName(text: string): ModelName {
  const [, prefix, rest] = /^(anthropic|ollama|openai):(.*)$/.exec(text.trim()) ?? [];
  const model = (rest ?? text).trim();
  if (model === "") {
    const advice = "Write the name of one, such as ollama:qwen3:14b.";
    throw new KiraError("invalid", `"${text}" names no model. ${advice}`);
  }
  if (prefix !== undefined) return { provider: prefix as ProviderName, model };
  return { provider: model.startsWith("claude-") ? "anthropic" : "ollama", model };
}

interface Surroundings extends Pick<ModelSettings, "environment" | "fetch"> {
  readonly baseUrls: Reached;
  /** By the name of a model, with or without its provider. */
  readonly prices: Config["propose"]["prices"];
}

/**
 * The model that a name means. Nothing is loaded and nobody asked before its first request.
 * @throws KiraError `invalid` for an empty name or an address that is none
 */
export function openModel(name: string, { baseUrls, prices, environment, fetch }: Surroundings): Model {
  const { provider, model } = parseModelName(name);
  const names = [name, `${provider}:${model}`, model];
  const priced = names.find((each) => Object.hasOwn(prices, each));
  return models[provider]({
    model,
    baseUrl: baseUrls[provider],
    environment,
    price: priced === undefined ? undefined : prices[priced],
    fetch,
  });
}
