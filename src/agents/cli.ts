import type { Config } from "../domain/config.ts";
import { digest } from "../domain/trial.ts";
import type { Agent, Answer, Attempt, Ending } from "./contract.ts";
import { type Inherited, passedOn, taskVariables } from "./environment.ts";
import { adviceFor, type logins } from "./logins.ts";
import { infrastructure, lastLine, quoted, troubleIn } from "./trouble.ts";

/** What is known of an agent CLI. */
export interface Cli {
  readonly name: keyof typeof logins;
  /** How it is started unless `agent.command` says otherwise. */
  readonly program: readonly string[];
  readonly install: string;
  options(settings: Config["agent"], attempt: Attempt): readonly string[];
  environment(home: string): Readonly<Record<string, string>>;
  read(ending: Ending, settings: Config["agent"]): Said;
}

/** What its output says, if anything. */
export interface Said extends Pick<Answer, "text" | "costUsd" | "tokens" | "model"> {
  readonly how: "done" | "failed" | "nothing";
  /** What the program itself complains of. */
  readonly complaint: string;
  /** The provider's HTTP status behind it. */
  readonly status?: number | undefined;
  readonly remark?: string | undefined;
}

export function cliAgent(cli: Cli, settings: Config["agent"], inherited: Inherited): Agent {
  const { command = cli.program, model = null, maxTurns = null, env, timeoutSeconds } = settings;
  const environment = passedOn(settings, inherited);
  const names = JSON.stringify([...env].sort());
  return {
    name: cli.name,
    identity: `${cli.name} ${digest(JSON.stringify(command), model, maxTurns, names, timeoutSeconds)}`,
    installed: { command: [...command, "--version"], environment, install: cli.install },
    invoke: (attempt) => ({
      command: [...command, ...cli.options(settings, attempt)],
      stdin: attempt.prompt,
      environment: { ...environment, ...taskVariables(attempt), ...cli.environment(attempt.home) },
    }),
    read(ending) {
      const said = cli.read(ending, settings);
      const { text, costUsd, tokens, model: served } = said;
      const known = { text, costUsd, tokens, model: served, retryAt: null, failed: false };
      return { ...known, ...judge(cli, ending, said) };
    },
  };
}

type Judgement = Pick<Answer, "ending" | "reason"> & Partial<Answer>;

/** Its own failures are told from those of what it depends on; the latter are never the configuration's. */
function judge({ name }: Cli, ending: Ending, said: Said): Judgement {
  const { exitCode, endedBy, timedOut, stderr } = ending;
  const how = exitCode ?? endedBy ?? "nothing";
  if (timedOut)
    return troubled(name, ending, said) ?? { ending: "timeout", reason: "The agent ran out of time." };
  if (said.how === "nothing") return withoutResult(name, ending, how);
  if (said.how === "done" && exitCode === 0) return { ending: "finished", reason: said.remark ?? "" };
  const complaint = said.how === "failed" ? said.complaint : stderr.slice(-2000);
  return (
    troubled(name, ending, { ...said, complaint }) ??
    failed(
      said.how === "failed"
        ? `${name} gave up${quoted(complaint)}.`
        : `${name} ended with ${how}${lastLine(stderr)}.`,
    )
  );
}

/** A program that ended before it said anything was not let do its work, unless the agent itself saw to that. */
function withoutResult(name: Cli["name"], ending: Ending, how: number | string): Judgement {
  const { exitCode, truncated, stdout, stderr } = ending;
  if (truncated) return failed(`${name} printed more than can be read.`);
  if (exitCode === null || exitCode > 128) return failed(`${name} ended with ${how}${lastLine(stderr)}.`);
  const instead = lastLine(stderr) || lastLine(stdout);
  return (
    troubled(name, ending, { complaint: stderr.slice(-2000) }) ?? {
      ending: "error",
      reason: `${name} ended with ${how} and gave no result${instead}.`,
    }
  );
}

function troubled(
  name: Cli["name"],
  { exitCode, endedAt }: Ending,
  { complaint, status }: Pick<Said, "complaint" | "status">,
): Judgement | undefined {
  const trouble = troubleIn(complaint, endedAt, status);
  if (!trouble && exitCode !== infrastructure) return undefined;
  const advice = trouble?.noAccess ? ` ${adviceFor(name)}` : "";
  const retryAt = trouble?.retryAt ?? null;
  return { ending: "error", reason: `${name} could not work${lastLine(complaint)}.${advice}`, retryAt };
}

const failed = (reason: string): Judgement => ({ ending: "finished", failed: true, reason });
