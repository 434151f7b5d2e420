import type { Limits } from "../domain/budget.ts";
import { KiraError } from "../domain/errors.ts";
import { wholeNumber } from "./command.ts";

export const limitTexts = {
  maxTrials: "The most trials to run now; those that are stored do not count",
  maxCost: "The most dollars to spend now",
  maxMinutes: "How long to start further trials",
};

/** The limits that options name, and no others. @throws KiraError `invalid` */
export function limitsOf(options: {
  readonly maxTrials: string | undefined;
  readonly maxCost: string | undefined;
  readonly maxMinutes: string | undefined;
}): Limits {
  const { maxTrials, maxCost, maxMinutes } = options;
  return {
    ...(maxTrials === undefined ? {} : { maxTrials: wholeNumber(maxTrials, "--max-trials") }),
    ...(maxCost === undefined ? {} : { maxCost: amount(maxCost, "--max-cost") }),
    ...(maxMinutes === undefined ? {} : { maxMinutes: amount(maxMinutes, "--max-minutes") }),
  };
}

/** A number above 0. @throws KiraError `invalid` */
export function amount(text: string, name: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new KiraError("invalid", `${name} is "${text}". Give a number above 0, such as 2.5.`);
}

/** Names given with commas between them. */
export const namesIn = (text: string | undefined): string[] | undefined =>
  text
    ?.split(",")
    .map((name) => name.trim())
    .filter(Boolean);
