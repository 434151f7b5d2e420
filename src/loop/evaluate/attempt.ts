import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Agent, type Answer, promptFile, resultFile } from "../../agents/contract.ts";
import type { Config } from "../../domain/config.ts";
import type { Task } from "../../domain/task.ts";
import type { Gateway, Pass } from "../../gateway/contract.ts";
import { makeWritable, removeAll } from "../../git/remove.ts";
import { readLeft } from "../../graders/artifact.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import { kiraFolder } from "./visible.ts";

export interface AttemptSetting {
  readonly config: Config;
  readonly sandbox: Sandbox;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const outputBytes = 1024 * 1024;

export type Attempted = Answer & {
  readonly durationMs: number;
  /** Another try would end alike: money ran out, or a recording has no answer. */
  readonly hopeless: boolean;
};

/**
 * Lets the agent loose on a task in a folder that is ready for it, and reads what it says.
 * @param gateway its way to models, where it has one
 */
export async function attemptTask(
  { config, sandbox, environment, signal, now }: AttemptSetting & { readonly now: () => Date },
  agent: Agent,
  directory: string,
  task: Task,
  seed: string,
  gateway?: Gateway,
): Promise<Attempted> {
  const timeoutMs = (task.timeoutSeconds ?? config.agent.timeoutSeconds) * 1000;
  const own = join(directory, kiraFolder, "home");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(directory, promptFile), task.prompt);
  // A sandbox has an empty one; without it the user's own would be read, with its agent files.
  const home = sandbox.contained ? "/home/agent" : own;
  await using pass = await gateway?.open({ key: seed, directory });
  const models = pass && { models: addressesOf(pass) };
  const invocation = agent.invoke({ directory, home, prompt: task.prompt, timeoutMs, seed, ...models });
  const finished = await sandbox.run({
    command: invocation.command,
    directory,
    environment: {
      PATH: searchPath(environment),
      LANG: "C.UTF-8",
      HOME: home,
      ...invocation.environment,
      ...pass?.environment,
    },
    stdin: invocation.stdin,
    timeoutMs,
    outputBytes,
    mounts: config.agent.mounts,
    network: config.evaluate.network,
    ...(pass === undefined ? {} : { gateway: pass }),
    ...(signal === undefined ? {} : { signal }),
  });
  await pass?.close();
  makeWritable(directory);
  const { text } = await readLeft(directory, resultFile);
  removeAll(join(directory, kiraFolder));
  const answer = agent.read({ ...finished, endedAt: now().toISOString(), resultFile: text });
  return {
    ...(pass ? checked(answer, pass) : { ...answer, hopeless: false }),
    durationMs: Math.round(finished.durationMs),
  };
}

/** Where doors stand in a sandbox; one that cannot give them these ports puts others in their place. */
const addressesOf = ({ doors }: Pass) =>
  Object.fromEntries(doors.map(({ name, port, path }) => [name, `http://127.0.0.1:${port}${path}`]));

/** What the agent says of itself beside what was seen from outside: the larger bill holds, and the model that served. */
function checked(answer: Answer, { usage, excuse }: Pass): Answer & Pick<Attempted, "hopeless"> {
  const excused = excuse(answer.failed || answer.ending === "timeout");
  return {
    ...answer,
    ...(excused && { ending: "error" as const, reason: excused.reason }),
    hopeless: excused?.passing === false,
    costUsd: Math.max(answer.costUsd, usage.costUsd),
    tokens: Math.max(answer.tokens, usage.inputTokens + usage.outputTokens),
    model: usage.model ?? answer.model,
  };
}

/** Where programs are found in a trial: beside the runtime we run on, then where the system keeps them. */
export function searchPath({ PATH = "" }: NodeJS.ProcessEnv): string {
  const system = ["/usr/local/bin", "/usr/bin", "/bin"];
  return [
    dirname(process.execPath),
    ...system,
    ...PATH.split(":").filter((path) => path.startsWith("/") && !system.includes(path)),
  ].join(":");
}
