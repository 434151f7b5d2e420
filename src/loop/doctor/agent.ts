import { existsSync } from "node:fs";
import { join } from "node:path";
import { KiraError } from "../../domain/errors.ts";
import type { Sandbox } from "../../sandbox/contract.ts";
import { programsOn } from "../../sandbox/search.ts";
import type { Rules, Workspace } from "../../workspace.ts";
import { agentIdentity } from "../evaluate/agent-identity.ts";
import { searchPath } from "../evaluate/attempt.ts";
import { approve } from "../evaluate/comparison.ts";
import { asking, type Check, failure, ok, warning } from "./check.ts";

const why = "It attempts the tasks: without it no proposal can be judged.";

/** Whether the program that attempts tasks is there, asked where trials run. */
export async function checkAgent(
  workspace: Workspace,
  { config, tree }: Rules,
  sandbox: Sandbox,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const { use, command } = config.agent;
  if (use !== "command") {
    const setting = { config, sandbox, environment: workspace.environment, signal };
    const check = await asking("agent", why, async () => {
      await approve(workspace, config);
      return agentIdentity(workspace, setting);
    });
    const { command: [program = ""] = [], install = null } = workspace.agent(config.agent).installed ?? {};
    const missing = programsOn(searchPath(workspace.environment), program).length === 0;
    return check.level !== "ok" && missing ? { ...check, fix: install } : check;
  }
  if (command === undefined)
    return warning("agent", {
      ...{ found: "No agent is configured yet.", why },
      fix: 'Name its program in .kira-improve.json, such as "agent": { "command": ["sh", "agent.sh"] }, and commit it.',
    });
  const program = command[0]!;
  if (await isThere(workspace, tree, program)) return ok("agent", command.join(" "));
  return failure("agent", {
    ...{ found: `The agent's program ${program} is neither on the PATH nor in the repository.`, why },
    fix: "Install it, or correct agent.command in .kira-improve.json and commit that.",
  });
}

async function isThere({ objects, environment }: Workspace, tree: string, program: string): Promise<boolean> {
  if (program.startsWith("/")) return existsSync(program);
  if (!program.includes("/")) return programsOn(searchPath(environment), program).length > 0;
  return (await objects.find(tree, join(program))) !== undefined;
}

/** Whether the model that proposes can be reached, and has been declared if it is a command. */
export async function checkModel(
  { openModel, environment }: Workspace,
  { config }: Rules,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const { model, commands } = config.propose;
  const matters = "It proposes changes: until it is there, only `propose --from` works.";
  if (model === "offline") return ok("model", "offline: proposals need no model");
  if (!model.startsWith("command:"))
    return asking("model", matters, async () => {
      const open = await openModel(model);
      await open.check(signal);
      return open.name;
    });
  return asking("model", matters, async () => {
    const name = model.slice("command:".length);
    const declared = commands[name];
    if (declared === undefined)
      throw new KiraError(
        "invalid",
        `propose.model is ${model}, but propose.commands declares no "${name}". Declare it in .kira-improve.json and commit that.`,
      );
    const program = declared.command[0]!;
    if (programsOn(searchPath(environment), program).length === 0 && !existsSync(program))
      throw new KiraError(
        "unavailable",
        `The program ${program} of ${model} is not on the PATH. Install it, or correct propose.commands in .kira-improve.json and commit that.`,
      );
    return `${model}: ${declared.command.join(" ")}`;
  });
}
