import type { Price } from "./contract.ts";

/** When these prices were read. They change: `propose.prices` of the configuration overrides them. */
export const pricesAsOf = "2026-11-26";

/**
 * Dollars per million tokens, [input, output], at list price: no discount for cached or batched tokens, no
 * surcharge for very long prompts. A model that is not here has no known price, which is better than a wrong one.
 */
const listPrices: Readonly<Record<string, readonly [input: number, output: number]>> = {
  "claude-fable-5-1": [10, 50],
  "claude-fable-5": [10, 50],
  "claude-opus-5-5": [4, 20],
  "claude-opus-5": [5, 25],
  "claude-opus-4-8": [5, 25],
  "claude-opus-4-7": [5, 25],
  "claude-opus-4-6": [5, 25],
  "claude-opus-4-5": [5, 25],
  "claude-opus-4-1": [15, 75],
  "claude-opus-4": [15, 75],
  "claude-sonnet-5-5": [2, 10],
  "claude-sonnet-5": [2, 10],
  "claude-sonnet-4-6": [3, 15],
  "claude-sonnet-4-5": [3, 15],
  "claude-sonnet-4": [3, 15],
  "claude-haiku-4-5": [1, 5],
  "gpt-5.5": [5, 30],
  "gpt-5.4": [2.5, 15],
  "gpt-5.4-mini": [0.75, 4.5],
  "gpt-5.4-nano": [0.2, 1.25],
  "gpt-5.2": [1.75, 14],
  "gpt-5.1": [1.25, 10],
  "gpt-5": [1.25, 10],
  "gpt-5-mini": [0.25, 2],
  "gpt-5-nano": [0.05, 0.4],
  "gpt-4.1": [2, 8],
  "gpt-4.1-mini": [0.4, 1.6],
  "gpt-4.1-nano": [0.1, 0.4],
  "gpt-4o": [2.5, 10],
  "gpt-4o-2024-05-13": [5, 15],
  "gpt-4o-mini": [0.15, 0.6],
  o3: [2, 8],
  "o4-mini": [1.1, 4.4],
};

/** What a name may have after its family: a date, or that it is the latest. */
const edition = /-(\d{8}|\d{4}-\d{2}-\d{2}|latest|0)$/;

/** The list price of a model by its name, with or without the date of its edition. */
export function findPrice(model: string): Price | undefined {
  const known = [model, model.replace(edition, "")].find((name) => Object.hasOwn(listPrices, name));
  if (known === undefined) return undefined;
  const [input, output] = listPrices[known]!;
  return { input, output };
}

/** @param tokens undefined where the server did not count */
export function costOf(
  price: Price,
  { input, output }: { input: number | undefined; output: number | undefined },
): number | null {
  if (price.input === 0 && price.output === 0) return 0;
  if (input === undefined || output === undefined) return null;
  return (price.input * input + price.output * output) / 1e6;
}
