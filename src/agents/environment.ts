import { dirname, join } from "node:path";
import type { Config } from "../domain/config.ts";
import { type Attempt, promptFile, resultFile } from "./contract.ts";

export type Inherited = Readonly<Record<string, string | undefined>>;

/** The variables that the configuration names, and PATH. */
export function passedOn(
  { env }: Pick<Config["agent"], "env">,
  inherited: Inherited,
): Record<string, string> {
  const passed = env.flatMap((name) => (inherited[name] === undefined ? [] : [[name, inherited[name]]]));
  return { ...Object.fromEntries(passed), PATH: searchPath(inherited["PATH"]) };
}

/** Our own node comes first, so that a script runs under the same one wherever it is tried. */
function searchPath(inherited = "/usr/local/bin:/usr/bin:/bin"): string {
  return `${dirname(process.execPath)}:${inherited}`;
}

/** What every agent is told of its attempt. */
export function taskVariables({ directory, seed }: Attempt): Record<string, string> {
  return {
    KIRA_TASK_FILE: join(directory, promptFile),
    KIRA_WORKSPACE: directory,
    KIRA_RESULT_FILE: join(directory, resultFile),
    KIRA_TRIAL_SEED: seed,
  };
}
