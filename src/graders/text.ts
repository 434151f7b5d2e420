import type { Grader } from "./contract.ts";
import { matches } from "./matches.ts";
import { allOf } from "./score.ts";
import type { Check } from "./score.ts";

/** What the agent answered. White space around a text counts for nothing where it must be equal. */
export const text: Grader<"text"> = {
  grade({ equals, contains, matches: pattern, not }, { answer }) {
    const checks: Check[] = [];
    if (equals !== undefined)
      checks.push([answer.trim() === equals.trim(), "the answer is not the expected text"]);
    if (contains !== undefined) checks.push([answer.includes(contains), "the answer lacks an expected text"]);
    if (pattern !== undefined)
      checks.push([matches(answer, pattern), "the answer does not match the expected pattern"]);
    if (not !== undefined) checks.push([!answer.includes(not), "the answer contains a forbidden text"]);
    return Promise.resolve(allOf(checks));
  },
};
