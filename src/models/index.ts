import type { Config } from "../domain/config.ts";
import { parseModelName } from "../domain/model-name.ts";
import { anthropic } from "./anthropic.ts";
import type { Model, ModelFactory, ModelSettings } from "./contract.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";

type Reached = Config["propose"]["baseUrls"];

/** Every provider of models, by the prefix of its models' names. */
export const models = { anthropic, ollama, openai } satisfies Record<keyof Reached, ModelFactory>;
export type ProviderName = keyof typeof models;

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
