import type { Config } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import { commandAgent } from "./command.ts";
import type { Agent, AgentFactory } from "./contract.ts";

/** Every kind of agent, by the name that `agent.use` of the configuration gives it. */
export const agents = {
  command: commandAgent,
  "claude-code": notSupported("claude-code"),
  codex: notSupported("codex"),
} satisfies Record<Config["agent"]["use"], AgentFactory>;
export type AgentName = keyof typeof agents;

/** The agent that the configuration asks for. See {@link AgentFactory} for what it throws. */
export function createAgent(
  settings: Config["agent"],
  inherited: Readonly<Record<string, string | undefined>>,
): Agent {
  return agents[settings.use](settings, inherited);
}

/** A name that the configuration knows already: it fails when it is asked for, not when it is read. */
function notSupported(name: string): AgentFactory {
  const advice = 'Set agent.use to "command", and call it with agent.command.';
  return () => {
    throw new KiraError("unavailable", `The agent ${name} is not supported by this version. ${advice}`);
  };
}
