/** What a model was asked, whatever the protocol. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly turns: readonly { readonly role: string; readonly content: string }[];
  /** What the user said last. */
  readonly text: string;
  readonly schema: unknown;
  readonly maxTokens: number;
  /** The whole request, for what only one protocol has. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Spoken {
  readonly text: string;
  readonly thinking?: string;
  readonly stop?: "end" | "length" | "refusal";
}

/** A provider's protocol, from the server's side. */
export interface Dialect {
  readonly name: "anthropic" | "ollama" | "openai";
  /** What follows the server's address in the address that a user gives. */
  readonly base: string;
  readonly chatPath: string;
  readonly listPath: string;
  readonly contentType: string;
  parse(body: Record<string, unknown>): Asked;
  /** An answer up to its last word. */
  opening(asked: Asked, spoken: Spoken): string[];
  /** One more word. */
  piece(asked: Asked, text: string): string;
  /** What says that it is complete. */
  closing(asked: Asked, spoken: Spoken): string[];
  /** An error as the body of an answer, and in the middle of a stream. */
  error(status: number, message: string): object;
  streamError(message: string): string;
  missing(model: string): string;
  list(models: readonly string[]): object;
}

/** A text in pieces of a few letters, as a model gives it. */
export function piecesOf(text: string): string[] {
  return text.match(/[^]{1,7}/gu) ?? [];
}

export const inputTokens = 12;
export const outputTokens = 34;
