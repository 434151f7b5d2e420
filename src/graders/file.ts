import { readLeft } from "./artifact.ts";
import type { Grader } from "./contract.ts";
import { allOf, zero } from "./score.ts";
import type { Check } from "./score.ts";

/** A file in the trial's folder. White space around its content counts for nothing where it must be equal. */
export const file: Grader<"file"> = {
  async grade({ path, exists, equals, contains }, { directory }) {
    const left = await readLeft(directory, path);
    if (exists === false)
      return allOf([[left.text === undefined && left.absent, `${JSON.stringify(path)} exists`]]);
    if (left.text === undefined) return zero(left.why);
    const checks: Check[] = [];
    const shown = JSON.stringify(path);
    if (equals !== undefined)
      checks.push([left.text.trim() === equals.trim(), `${shown} does not hold the expected text`]);
    if (contains !== undefined)
      checks.push([left.text.includes(contains), `${shown} lacks an expected text`]);
    return allOf(checks);
  },
};
