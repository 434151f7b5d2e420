import type { Config } from "../domain/config.ts";

/** Where an agent finds its task, in the trial's folder. The loop writes it before the agent starts. */
export const promptFile = ".kira/prompt.txt";

/** Where an agent may leave its result. The loop makes the folder, and reads the file when the agent has ended. */
export const resultFile = ".kira/result.json";

/** What an agent is given for one attempt. */
export interface Attempt {
  /** The folder with the configuration, the task's fixtures and the prompt file. */
  readonly directory: string;
  /** An empty folder, this trial's own, which is HOME. */
  readonly home: string;
  readonly prompt: string;
  readonly timeoutMs: number;
  /** Differs from trial to trial and never between two runs of one trial. */
  readonly seed: string;
  /** Where it reaches models, by provider; absent where it has no way to them. */
  readonly models?: Readonly<Record<string, string>>;
}

/** A program that an agent wants run; the loop runs it in the sandbox. */
export interface Invocation {
  readonly command: readonly string[];
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How the agent's program ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly endedBy: string | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it printed more than was kept. */
  readonly truncated: boolean;
  /** When it ended, in UTC: some tell times from then on. */
  readonly endedAt: string;
  /** What it left in the file named by `KIRA_RESULT_FILE`, if anything. */
  readonly resultFile: string | undefined;
}

/** What an attempt came to, before any grade. */
export interface Answer {
  /** `error` is the infrastructure's fault: it is tried again and never counts as a failure. */
  readonly ending: "finished" | "timeout" | "error";
  /** The agent gave up, by its exit code or in its own words: the attempt scores 0 whatever it printed. */
  readonly failed: boolean;
  readonly text: string;
  readonly reason: string;
  /** With `error`: a quota is used up, and open again at this moment, in UTC. Null if none is, or nobody knows. */
  readonly retryAt: string | null;
  readonly costUsd: number;
  readonly tokens: number;
  /** The model that served it, where the agent says. */
  readonly model: string | null;
}

/** A program that people install, and whose version changes results. */
export interface Installed extends Omit<Invocation, "stdin"> {
  /** The command line that installs it, for whoever lacks it. */
  readonly install: string;
}

/**
 * A kind of agent: how it is called and how its result is read. It runs nothing itself, so that no agent can be
 * run outside the sandbox.
 */
export interface Agent {
  readonly name: string;
  /** Everything about it that changes results, but for the version: it is part of a trial's key. */
  readonly identity: string;
  /** Asks its program for the version; null if there is nothing to ask. */
  readonly installed: Installed | null;
  invoke(attempt: Attempt): Invocation;
  read(ending: Ending): Answer;
}

/**
 * Makes an agent of what the configuration says.
 * @param inherited the environment of whoever started us; only the variables named in `env`, and PATH, pass on
 * @throws KiraError `invalid` if the settings do not make an agent, `unavailable` if it is not supported
 */
export type AgentFactory = (
  settings: Config["agent"],
  inherited: Readonly<Record<string, string | undefined>>,
) => Agent;
