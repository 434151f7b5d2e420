import { runInNewContext } from "node:vm";

const patienceMs = 2000;

/**
 * Whether a text matches a pattern, `^` and `$` at each line. The text is foreign, and one made to match badly could
 * keep a regular expression busy for ever: then it does not match. Only a script in a context of its own can be
 * stopped in the middle of one.
 */
export function matches(text: string, pattern: string): boolean {
  try {
    return (
      runInNewContext('new RegExp(pattern, "m").test(text)', { text, pattern }, { timeout: patienceMs }) ===
      true
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  }
}
