import { dirname, join } from "node:path";
import { KiraError } from "../domain/errors.ts";
import { oneLine } from "../domain/printable.ts";
import { digest } from "../domain/trial.ts";
import { promptFile, resultFile } from "./contract.ts";
import type { AgentFactory, Answer, Attempt, Ending } from "./contract.ts";
import { parseResult } from "./result.ts";

/** What a command exits with when not it but something it needs has failed: EX_TEMPFAIL of sysexits.h. */
const infrastructure = 75;

/** Any program: it gets the prompt on standard input and in a file, and what it prints is its answer. */
export const commandAgent: AgentFactory = (settings, inherited) => {
  const { command, env, timeoutSeconds } = settings;
  if (!command) {
    const advice = "Name the program and its arguments in agent.command of .kira-improve.json.";
    throw new KiraError("invalid", `The agent has no command. ${advice}`);
  }
  const passed = env.flatMap((name) => (inherited[name] === undefined ? [] : [[name, inherited[name]]]));
  const environment = { ...Object.fromEntries(passed), PATH: searchPath(inherited["PATH"]) };
  return {
    name: "command",
    identity: `command ${digest(JSON.stringify(command), JSON.stringify([...env].sort()), timeoutSeconds)}`,
    invoke: (attempt) => ({
      command,
      stdin: attempt.prompt,
      environment: { ...environment, ...taskVariables(attempt) },
    }),
    read,
  };
};

/** Our own node comes first, so that a script runs under the same one wherever it is tried. */
function searchPath(inherited = "/usr/local/bin:/usr/bin:/bin"): string {
  return `${dirname(process.execPath)}:${inherited}`;
}

function taskVariables({ directory, seed }: Attempt): Record<string, string> {
  return {
    KIRA_TASK_FILE: join(directory, promptFile),
    KIRA_WORKSPACE: directory,
    KIRA_RESULT_FILE: join(directory, resultFile),
    KIRA_TRIAL_SEED: seed,
  };
}

function read(ending: Ending): Answer {
  const { result, problem } = parseResult(ending.resultFile);
  const { how, failed, reason } = judge(ending, result.ok);
  return {
    ending: how,
    failed,
    text: result.text ?? ending.stdout,
    reason: [reason, problem].filter(Boolean).join(" "),
    costUsd: result.costUsd ?? 0,
    tokens: result.tokens ?? 0,
    model: result.model ?? null,
  };
}

type Judgement = { how: Answer["ending"]; failed: boolean; reason: string };

function judge({ exitCode, endedBy, timedOut, stderr }: Ending, ok = true): Judgement {
  const said = lastLine(stderr);
  if (timedOut) return { how: "timeout", failed: false, reason: "The agent ran out of time." };
  if (exitCode === infrastructure)
    return { how: "error", failed: false, reason: `The agent could not work${said}.` };
  if (exitCode !== 0)
    return { how: "finished", failed: true, reason: `The agent ended with ${exitCode ?? endedBy}${said}.` };
  if (!ok) return { how: "finished", failed: true, reason: "The agent says that it failed." };
  return { how: "finished", failed: false, reason: "" };
}

function lastLine(stderr: string): string {
  const line = oneLine(stderr.trim().split("\n").at(-1) ?? "", 200);
  return line === "" ? "" : `: ${line.replace(/\.$/, "")}`;
}
