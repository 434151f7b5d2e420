import { join } from "node:path";
import { z } from "zod";
import { KiraError } from "../domain/errors.ts";
import { type Cli, cliAgent } from "./cli.ts";
import { type AgentFactory, resultFile } from "./contract.ts";

const count = z.number().min(0).catch(0);
const text = z.string().optional().catch(undefined);

/** A line of `codex exec --json`; there are more kinds than these, and more come with each version. */
const schema = z.object({
  type: z.string(),
  message: text,
  error: z.object({ message: text }).optional().catch(undefined),
  item: z.object({ type: text, item_type: text, text }).optional().catch(undefined),
  usage: z.object({ input_tokens: count, output_tokens: count }).optional().catch(undefined),
});
type Event = z.infer<typeof schema>;

const codexCli: Cli = {
  name: "codex",
  program: ["codex"],
  install: "npm install -g @openai/codex",
  options: ({ model }, { directory, models }) => [
    ...["exec", "--json", "--ephemeral", "--skip-git-repo-check", "-s", "workspace-write"],
    ...providerAt(models?.["openai"]),
    ...(model === undefined ? [] : ["-m", model]),
    ...["-o", join(directory, resultFile), "-"],
  ],
  // It refuses a folder that does not exist, and HOME is there, empty and its own.
  environment: (home) => ({ CODEX_HOME: home }),
  read({ stdout, truncated, resultFile: file, exitCode }) {
    const events = stdout.split("\n").flatMap(parse);
    const messages = events.flatMap(({ item }) =>
      /^(agent|assistant)_message$/.test(item?.type ?? item?.item_type ?? "") ? [item?.text ?? ""] : [],
    );
    // The file holds the last message, too, and is there where the events were too many to be kept.
    const last = truncated ? (file ?? messages.at(-1)) : (messages.at(-1) ?? file);
    const turn = events.findLast(({ type }) => type === "turn.failed" || type === "turn.completed");
    const failed = turn?.type === "turn.failed" || (exitCode === 1 && events.length > 0);
    // While it works it complains of what it will try again; only its last word counts.
    const errors = failed ? events.filter(({ type }) => type === "error") : events.slice(-1);
    const complaint = turn?.error?.message ?? errors.at(-1)?.message ?? "";
    const done = turn !== undefined || (last !== undefined && exitCode === 0);
    return {
      how: failed ? "failed" : done ? "done" : "nothing",
      complaint,
      text: last ?? "",
      costUsd: 0, // it does not tell
      tokens: events.reduce(
        (sum, { usage }) => sum + (usage ? usage.input_tokens + usage.output_tokens : 0),
        0,
      ),
      model: null,
    };
  },
};

/**
 * It does not read OPENAI_BASE_URL, and its own provider would open a WebSocket: one of ours is asked over HTTP, with
 * the key that the attempt has for it. Values are TOML.
 */
function providerAt(address: string | undefined): string[] {
  if (address === undefined) return [];
  const provider = { name: "kira", base_url: address, env_key: "OPENAI_API_KEY", wire_api: "responses" };
  const settings = Object.entries(provider).map(
    ([key, value]) => `model_providers.kira.${key}=${JSON.stringify(value)}`,
  );
  return ['model_provider="kira"', ...settings].flatMap((setting) => ["-c", setting]);
}

/** OpenAI's Codex, without a person. */
export const codex: AgentFactory = (settings, inherited) => {
  if (settings.maxTurns !== undefined)
    throw new KiraError(
      "invalid",
      "agent.maxTurns is set, and codex has no limit of turns. Take it out, and limit agent.timeoutSeconds instead.",
    );
  return cliAgent(codexCli, settings, inherited);
};

function parse(line: string): Event[] {
  try {
    const { success, data } = schema.safeParse(JSON.parse(line));
    return success ? [data] : [];
  } catch {
    return [];
  }
}
