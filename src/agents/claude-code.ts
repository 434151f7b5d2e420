import { join } from "node:path";
import { z } from "zod";
import { type Cli, cliAgent, type Said } from "./cli.ts";
import type { AgentFactory } from "./contract.ts";

const count = z.number().min(0).catch(0);
const text = z.string().catch("");

/** What `--output-format json` prints; every field but the first may be missing or of another kind one day. */
const schema = z.object({
  type: z.literal("result"),
  subtype: text,
  is_error: z.boolean().optional().catch(true),
  api_error_status: z
    .union([z.number(), z.string().transform(Number)])
    .optional()
    .catch(undefined),
  result: text,
  errors: z.array(z.string()).catch([]),
  permission_denials: z.array(z.object({ tool_name: z.string().catch("a tool") })).catch([]),
  total_cost_usd: count,
  usage: z
    .object({
      input_tokens: count,
      cache_creation_input_tokens: count,
      cache_read_input_tokens: count,
      output_tokens: count,
    })
    .catch({ input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 }),
  modelUsage: z.record(z.string(), z.object({ costUSD: count, outputTokens: count })).catch({}),
});
type Result = z.infer<typeof schema>;

const claude: Cli = {
  name: "claude-code",
  program: ["claude"],
  install: "npm install -g @anthropic-ai/claude-code",
  options: ({ model, maxTurns }) => [
    ...["-p", "--output-format", "json"],
    ...(model === undefined ? [] : ["--model", model]),
    ...(maxTurns === undefined ? [] : ["--max-turns", String(maxTurns)]),
    ...["--permission-mode", "acceptEdits", "--strict-mcp-config", "--setting-sources", "project"],
  ],
  environment: (home) => ({
    CLAUDE_CONFIG_DIR: join(home, ".claude"),
    // A program that updates itself would change in the middle of a comparison.
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    // Ten tries outlast the attempt, and a provider that is down would look like an agent that is slow.
    CLAUDE_CODE_MAX_RETRIES: "4",
  }),
  read({ stdout }, { model }) {
    const result = findResult(stdout);
    if (!result) return { how: "nothing", complaint: "", text: "", costUsd: 0, tokens: 0, model: null };
    return said(result, model);
  },
};

/** Claude Code, without a person. */
export const claudeCode: AgentFactory = (settings, inherited) => cliAgent(claude, settings, inherited);

function said(result: Result, asked: string | undefined): Said {
  const { subtype, is_error: isError, result: words, errors, usage, permission_denials: denials } = result;
  const failed = isError === true || subtype.startsWith("error");
  const complaint = words || errors.join("; ") || subtype.replaceAll("_", " ");
  const denied = [...new Set(denials.map(({ tool_name: name }) => name))];
  return {
    how: failed ? "failed" : "done",
    complaint: failed ? complaint : "",
    status: result.api_error_status,
    remark: denied.length === 0 ? undefined : `It was denied ${denied.join(", ")}.`,
    text: words,
    costUsd: result.total_cost_usd,
    tokens: Object.values(usage).reduce((sum, tokens) => sum + tokens, 0),
    model: servedBy(result, asked),
  };
}

/** It has small work done by other models, and tells of all: the one that was asked for, or else the dearest. */
function servedBy({ modelUsage }: Result, asked: string | undefined): string | null {
  const ranked = Object.entries(modelUsage).sort(
    ([, a], [, b]) => b.costUSD - a.costUSD || b.outputTokens - a.outputTokens,
  );
  const named = asked === undefined ? undefined : ranked.find(([name]) => name.includes(asked));
  return (named ?? ranked[0])?.[0] ?? null;
}

/** The last result among banners, warnings and, with other settings of the user's, further messages. */
function findResult(stdout: string): Result | undefined {
  const start = stdout.search(/^\s*[[{]/m);
  const whole = start < 0 ? [] : [stdout.slice(start, stdout.lastIndexOf("}") + 1), stdout.slice(start)];
  for (const piece of [...stdout.split("\n").reverse(), ...whole]) {
    for (const value of [parse(piece)].flat().reverse()) {
      const { success, data } = schema.safeParse(value);
      if (success) return data;
    }
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
