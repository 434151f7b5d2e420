import type { Price } from "../models/contract.ts";
import type { Prices } from "./contract.ts";
import type { Count } from "./meter.ts";

/** What a name may have after its family: a date, or that it is the latest. */
const edition = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/** By the model's name, with or without the provider's before it and the date of its edition behind. */
export function priceOf(prices: Prices, provider: string, model: string): Price | undefined {
  const names = [model, model.replace(edition, "")];
  const known = [...names, ...names.map((name) => `${provider}:${name}`)];
  const found = known.find((name) => Object.hasOwn(prices, name));
  return found === undefined ? undefined : prices[found];
}

export const costOf = ({ input, output }: Price, { billedTokens, outputTokens }: Count): number =>
  (input * billedTokens + output * outputTokens) / 1e6;
