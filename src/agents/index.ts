import type { Config } from "../domain/config.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { commandAgent } from "./command.ts";
import type { Agent, AgentFactory } from "./contract.ts";

/** Every kind of agent, by the name that `agent.use` of the configuration gives it. */
export const agents = {
  command: commandAgent,
  "claude-code": claudeCode,
  codex,
} satisfies Record<Config["agent"]["use"], AgentFactory>;
export type AgentName = keyof typeof agents;

/** The agent that the configuration asks for. See {@link AgentFactory} for what it throws. */
export function createAgent(
  settings: Config["agent"],
  inherited: Readonly<Record<string, string | undefined>>,
): Agent {
  return agents[settings.use](settings, inherited);
}
