import { KiraError } from "./errors.ts";

export interface ModelName {
  readonly provider: "anthropic" | "ollama" | "openai";
  /** As its provider knows it. */
  readonly model: string;
}

/**
 * What a user means by the name of a model: `ollama:…`, `anthropic:…` and `openai:…` say it, a bare `claude-…`
 * is Anthropic's, and every other is Ollama's, whose own names have colons.
 * @throws KiraError `invalid` if nothing is named
 */
export function parseModelName(text: string): ModelName {
  const [, prefix, rest] = /^(anthropic|ollama|openai):(.*)$/.exec(text.trim()) ?? [];
  const model = (rest ?? text).trim();
  if (model === "") {
    const advice = "Write the name of one, such as ollama:qwen3:14b.";
    throw new KiraError("invalid", `"${text}" names no model. ${advice}`);
  }
  if (prefix !== undefined) return { provider: prefix as ModelName["provider"], model };
  return { provider: model.startsWith("claude-") ? "anthropic" : "ollama", model };
}

/** Who made a model, by what its names have in common; whatever serves it, and whoever has tuned it since. */
const families: ReadonlyArray<readonly [family: string, names: RegExp]> = [
  ["claude", /claude|anthropic/],
  ["gpt", /gpt|openai|codex|(^|[^a-z0-9])o\d(?![a-z0-9])/],
  ["gemini", /gemini|gemma/],
  ["qwen", /qwen|qwq/],
  ["llama", /llama(?!\.?cpp)/],
  ["mistral", /m[ia][sx]tral|codestral|devstral|ministral|magistral/],
  ["deepseek", /deepseek/],
];

/**
 * The families that a model or an agent CLI belongs to: two, such as qwen and deepseek, for one distilled from another.
 * The provider is no part of it, since one server runs models of many.
 */
export function familiesOf(name: string): string[] {
  const bare = name.toLowerCase().replace(/^(anthropic|ollama|openai|command):/, "");
  const found = families.flatMap(([family, names]) => (names.test(bare) ? [family] : []));
  const [own = bare] = /^[a-z]+/.exec(bare.split("/").at(-1)!) ?? [];
  return found.length > 0 ? found : [own];
}

/** Whether two models are likely to share their tastes and their blind spots. */
export const areRelated = (one: string, other: string): boolean => {
  const theirs = familiesOf(other);
  return familiesOf(one).some((family) => theirs.includes(family));
};
