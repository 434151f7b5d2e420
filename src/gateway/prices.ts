import type { Price } from "../models/contract.ts";
import type { Prices } from "./contract.ts";
import type { Count } from "./meter.ts";

/** What a name may have after its family: a date, or that it is the latest. */
const edition = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/** What is known of prices: what the user says before what a list says. */
export interface PriceBook {
  readonly prices: Prices;
  /** The list price of a model by its name. */
  readonly listPrice: (model: string) => Price | undefined;
}

/** By the model's name, with or without the provider's before it and the date of its edition behind. */
export function priceOf(
  { prices, listPrice }: PriceBook,
  provider: string,
  model: string,
): Price | undefined {
  const names = [model, model.replace(edition, "")];
  const known = [...names, ...names.map((name) => `${provider}:${name}`)];
  const found = known.find((name) => Object.hasOwn(prices, name));
  return found === undefined ? listPrice(model) : prices[found];
}

export const costOf = ({ input, output }: Price, { billedTokens, outputTokens }: Count): number =>
  (input * billedTokens + output * outputTokens) / 1e6;
