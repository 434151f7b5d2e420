import { KiraError } from "../domain/errors.ts";
import { quotaIn } from "../domain/quota.ts";
import { digest } from "../domain/trial.ts";
import type { AgentFactory, Answer, Ending } from "./contract.ts";
import { passedOn, taskVariables } from "./environment.ts";
import { parseResult } from "./result.ts";
import { infrastructure, lastLine } from "./trouble.ts";

/** Any program: it gets the prompt on standard input and in a file, and what it prints is its answer. */
export const commandAgent: AgentFactory = (settings, inherited) => {
  const { command, env, timeoutSeconds } = settings;
  if (!command) {
    const advice = "Name the program and its arguments in agent.command of .kira-improve.json.";
    throw new KiraError("invalid", `The agent has no command. ${advice}`);
  }
  const environment = passedOn(settings, inherited);
  return {
    name: "command",
    identity: `command ${digest(JSON.stringify(command), JSON.stringify([...env].sort()), timeoutSeconds)}`,
    installed: null,
    invoke: (attempt) => ({
      command,
      stdin: attempt.prompt,
      environment: { ...environment, ...taskVariables(attempt) },
    }),
    read,
  };
};

function read(ending: Ending): Answer {
  const { result, problem } = parseResult(ending.resultFile);
  const { how, failed, reason } = judge(ending, result.ok);
  const quota = how === "error" ? quotaIn(ending.stderr.slice(-2000), new Date(ending.endedAt)) : undefined;
  return {
    ending: how,
    failed,
    text: result.text ?? ending.stdout,
    reason: [reason, problem].filter(Boolean).join(" "),
    retryAt: quota?.retryAt ?? null,
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
