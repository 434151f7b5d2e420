import { KiraError } from "../domain/errors.ts";
import { oneLine } from "../domain/printable.ts";
import type { Grader } from "./contract.ts";
import { zero } from "./score.ts";

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A program that looks at the trial's folder. It passes with exit 0 and fails with any other; with exit 0 it may
 * print a score between 0 and 1 alone on its last line.
 */
export const command: Grader<"command"> = {
  async grade({ run, timeoutSeconds }, artifact) {
    const { exitCode, stdout, timedOut } = await artifact.run(run, timeoutSeconds * 1000);
    const name = oneLine(run.join(" "), 80);
    if (timedOut)
      throw broken(name, `did not end within ${timeoutSeconds} seconds`, "raise its timeoutSeconds");
    // As shells and sandboxes tell it: 126 and 127 for a program that cannot be started, 128 + n for a signal.
    if (exitCode === null || exitCode > 128) throw broken(name, "was killed", "see what ends it");
    if (exitCode > 125) throw broken(name, "could not be started", "name a program that is there");
    if (exitCode !== 0) return zero(`\`${name}\` ended with ${exitCode}`);
    const last = stdout.trim().split("\n").at(-1)?.trim() ?? "";
    if (!number.test(last)) return { score: 1, reason: "as asked" };
    const score = Number(last);
    if (score < 0 || score > 1)
      throw broken(
        name,
        `gave the score ${last}`,
        "print a score between 0 and 1 on the last line, or no number",
      );
    return { score, reason: score === 1 ? "as asked" : `\`${name}\` gave ${last}` };
  },
};

function broken(name: string, what: string, advice: string): KiraError {
  return new KiraError("unavailable", `The grader \`${name}\` ${what}. Correct the task: ${advice}.`);
}
