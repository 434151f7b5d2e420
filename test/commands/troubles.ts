import { anAnswer } from "../support/scripted-model.ts";
import { nobodysAddress } from "../support/providers/http.ts";
import { aModelServer, dialects, type ModelServerOptions } from "../support/providers/model-server.ts";

type Provider = keyof typeof dialects;
type Environment = Readonly<Record<string, string>>;

/** Something that goes wrong on the way to a model, and that its user has to understand. */
export interface Trouble {
  readonly kind: Provider | "command";
  readonly what: string;
  readonly args: readonly string[];
  readonly status: number;
  /** Changes of `propose` in the committed configuration. */
  readonly propose?: object;
  /** The world as it is, and as it is when the user has done what the error says. */
  readonly now: () => Promise<Place>;
  readonly mended: {
    readonly place: () => Promise<Place>;
    readonly propose?: object;
    readonly model?: string;
  };
}

export interface Place extends AsyncDisposable {
  readonly env: Environment;
}

const variables = {
  ollama: { address: "OLLAMA_HOST", key: "OLLAMA_API_KEY" },
  anthropic: { address: "ANTHROPIC_BASE_URL", key: "ANTHROPIC_API_KEY" },
  openai: { address: "OPENAI_BASE_URL", key: "OPENAI_API_KEY" },
} as const;
const named = {
  ollama: "qwen3:14b",
  anthropic: "claude-sonnet-5-5",
  openai: "openai:qwen3-14b",
} as const;
/** Another model of the server's, and one that it does not have. */
const others = {
  ollama: ["llama3.2:3b", "qwen3:8b"],
  anthropic: ["claude-haiku-4-5", "claude-sonnet-9"],
  openai: ["llama-3.2-3b", "openai:qwen3-8b"],
} as const;
const bare = (provider: Provider) => named[provider].replace(/^openai:/, "");

const teach = anAnswer({
  edits: [
    { kind: "replace", path: "skills/lessons.md", find: "# Lessons\n", replace: "# Lessons\n- dates\n" },
  ],
});

const nothing = (env: Environment = {}): Promise<Place> =>
  Promise.resolve({ env, [Symbol.asyncDispose]: () => Promise.resolve() });

/** A server of that provider with two models, and the variables that lead there. */
async function served(
  provider: Provider,
  options: ModelServerOptions = {},
  env: Environment = {},
): Promise<Place> {
  const server = await aModelServer(provider, {
    models: [bare(provider), others[provider][0]],
    script: () => teach,
    ...options,
  });
  return {
    env: { [variables[provider].address]: server.baseUrl, ...env },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const absent = async (provider: Provider) => {
  const { address, key } = variables[provider];
  return nothing({ [address]: `${await nobodysAddress()}${dialects[provider].base}`, [key]: "sk-any" });
};

const run = (model: string) => ["run", "--model", model];
const mended = (kind: Provider) => ({ place: () => served(kind) });

function troublesOf(kind: Provider): Trouble[] {
  const { key } = variables[kind];
  const wrongKey = { [key]: "sk-wrong" };
  const rightKey = { place: () => served(kind, { key: "sk-right" }, { [key]: "sk-right" }) };
  const dear = { prices: { [bare(kind)]: { input: 1000, output: 1000 } } };
  // One of them as a part of a whole run.
  const limited = [kind === "anthropic" ? "run" : "propose", "--model", named[kind], "--max-cost", "0.01"];
  const nonsense = () => served(kind, { script: () => "Sure! I will look into it." }, { [key]: "sk-any" });
  return [
    {
      ...{ kind, what: "no server", args: run(named[kind]), status: 7 },
      ...{ now: () => absent(kind), mended: mended(kind) },
    },
    {
      ...{ kind, what: "no such model", args: run(others[kind][1]), status: 7 },
      ...{ now: () => served(kind), mended: { ...mended(kind), model: named[kind] } },
    },
    {
      ...{ kind, what: "a wrong key", args: run(named[kind]), status: 7 },
      now: () => served(kind, { key: "sk-right" }, wrongKey),
      mended: kind === "ollama" ? mended(kind) : rightKey,
    },
    {
      ...{ kind, what: "the budget is spent", args: limited, status: 6 },
      ...{ propose: dear, now: nonsense, mended: mended(kind) },
    },
    {
      ...{ kind, what: "an address nobody approved", args: run(named[kind]), status: 5 },
      propose: { baseUrls: { [kind]: `https://models.example${dialects[kind].base}` } },
      ...{ now: () => nothing({ [key]: "sk-any" }), mended: { ...mended(kind), propose: {} } },
    },
  ];
}

const noKey = (kind: "anthropic" | "openai"): Trouble => ({
  ...{ kind, what: "no key", args: run(named[kind]), status: 7 },
  ...{ now: () => nothing(), mended: mended(kind) },
});

const idle = `echo '{"text":"I have no idea.","costUsd":0.25}' >"$KIRA_RESULT_FILE"`;
const lesson = "echo '- dates' >>skills/lessons.md";
const fixer = (script: string, more: object = {}) => ({
  commands: { fixer: { command: ["sh", "-c", script], ...more } },
});

const commandTrouble = (
  what: string,
  propose: object,
  more: Partial<Pick<Trouble, "status" | "args">> = {},
): Trouble => ({
  ...{ kind: "command", what, args: run("command:fixer"), status: 7, propose, now: () => nothing() },
  mended: { place: () => nothing(), propose: fixer(lesson) },
  ...more,
});

export const troubles: readonly Trouble[] = [
  ...troublesOf("ollama"),
  ...troublesOf("anthropic"),
  noKey("anthropic"),
  ...troublesOf("openai"),
  noKey("openai"),
  commandTrouble("it is not declared", {}, { status: 3 }),
  commandTrouble("the program is not there", { commands: { fixer: { command: ["no-such-agent", "-p"] } } }),
  commandTrouble("it is not logged in", fixer("echo 'Invalid API key. Please run /login' >&2; exit 1")),
  commandTrouble("it has used up its quota", fixer("echo 'usage limit reached|1769870400' >&2; exit 75")),
  commandTrouble("the budget is spent", fixer(idle), {
    ...{ args: [...run("command:fixer"), "--max-cost", "0.10"], status: 6 },
  }),
  commandTrouble("it takes too long", fixer("sleep 60", { timeoutSeconds: 1 })),
];
