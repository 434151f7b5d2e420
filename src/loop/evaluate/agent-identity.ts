import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Agent, Installed } from "../../agents/contract.ts";
import { KiraError } from "../../domain/errors.ts";
import { oneLine } from "../../domain/printable.ts";
import { openScratch } from "../../git/scratch.ts";
import type { Workspace } from "../../workspace.ts";
import { type AttemptSetting, searchPath } from "./attempt.ts";

const timeoutMs = 60_000;

/**
 * Everything about the configured agent that changes results. Its program is asked for its version where trials run:
 * the configuration names it, and a configuration may come from anybody.
 * @throws KiraError `unavailable` with how to install it, if it is not there
 */
export async function agentIdentity(
  { agent: create, git }: Pick<Workspace, "agent" | "git">,
  setting: AttemptSetting,
): Promise<string> {
  const agent = create(setting.config.agent);
  if (agent.installed === null) return agent.identity;
  using scratch = openScratch(git.commonDir, realpathSync(tmpdir()));
  scratch.restore(new Map());
  return `${agent.identity} ${await versionOf(agent, agent.installed, scratch.directory, setting)}`;
}

async function versionOf(
  { name }: Agent,
  { command, environment, install }: Installed,
  directory: string,
  { config, sandbox, environment: inherited, signal }: AttemptSetting,
): Promise<string> {
  const howTo = `It is installed with: ${install}.`;
  const { exitCode, timedOut, stdout, stderr } = await sandbox
    .run({
      command,
      directory,
      environment: {
        ...{ PATH: searchPath(inherited), LANG: "C.UTF-8", HOME: directory, KIRA_WORKSPACE: directory },
        ...environment,
      },
      ...{ stdin: "", timeoutMs, outputBytes: 64 * 1024, mounts: config.agent.mounts },
      network: config.evaluate.network === "host" ? "host" : "none",
      ...(signal === undefined ? {} : { signal }),
    })
    .catch((error: unknown) => {
      if (!(error instanceof KiraError && error.message.startsWith("The program"))) throw error;
      throw new KiraError("unavailable", `${error.message} ${howTo}`, { cause: error });
    });
  const version = /\b\d+\.\d+\.\d+[\w.+-]*/.exec(stdout)?.[0];
  if (exitCode === 0 && version !== undefined) return version;
  const said = oneLine(stderr.trim() || stdout, 200) || `it ended with ${exitCode}`;
  throw new KiraError(
    "unavailable",
    `${name} did not say its version with ${command.join(" ")}: ${timedOut ? "it took too long" : said}. ${howTo}`,
  );
}
