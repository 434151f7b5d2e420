// What comes from a provider is not checked, only looked into: a part that is missing counts as unknown.

export type Json = Readonly<Record<string, unknown>>;

export function parseObject(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function partOf(json: Json | undefined, name: string): Json | undefined {
  const part = json?.[name];
  return isObject(part) ? part : undefined;
}

export function textIn(json: Json | undefined, name: string): string | undefined {
  const text = json?.[name];
  return typeof text === "string" && text !== "" ? text.slice(0, 200) : undefined;
}

export function countIn(json: Json | undefined, name: string): number | undefined {
  const count = json?.[name];
  return typeof count === "number" && count >= 0 ? count : undefined;
}

/** An error in the shape that both Anthropic and OpenAI use. */
export const errorOf = (type: string, message: string): object => ({
  type: "error",
  error: { type, code: type, message },
});
