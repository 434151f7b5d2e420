/** One turn of a conversation. */
export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What a model is asked. */
export interface ModelRequest {
  readonly system: string;
  /** Ends with the user's turn. */
  readonly turns: readonly Turn[];
  /** JSON Schema that the answer is asked to obey, where the provider can; whoever asks checks it all the same. */
  readonly schema?: object | undefined;
  readonly maxTokens: number;
  /** Left out where a model takes none. */
  readonly temperature?: number | undefined;
  /** For the whole request, retries included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece of the answer as it comes, for progress. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What it answered, complete or not. */
export interface ModelAnswer {
  readonly text: string;
  /** `refusal` and `length` are no errors of the provider, and no answers either: whoever asks decides. */
  readonly stop: "end" | "length" | "refusal";
  /** The model that really served it. */
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In dollars; null if no price of this model is known. A model on this machine costs 0. */
  readonly costUsd: number | null;
  readonly durationMs: number;
}

/**
 * A language model behind some provider's protocol. It retries what may pass (overload, rate limits with their
 * `retry-after`, cut connections) within the request's time, and falls back to no other model.
 * @throws KiraError `unavailable` with what to do: server not there (how to start it), model missing (which there are),
 *   key wrong or missing (which variable), time over; `interrupted` when the signal aborts
 */
export interface Model {
  /** As the user names it: `ollama:qwen3:14b`, `anthropic:claude-…`, `openai:…`. */
  readonly name: string;
  /** What its tokens cost, as far as is known before it answers; null if it is not. On this machine it is 0. */
  readonly price: Price | null;
  complete(request: ModelRequest): Promise<ModelAnswer>;
  /** Asks whether it could be asked: throws what a request would for a server, a model or a key that is not there. */
  check(signal?: AbortSignal): Promise<void>;
  /** Names of the models that the server offers. */
  list(signal?: AbortSignal): Promise<string[]>;
}

/** Dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

/** What a model is made from: the name behind the provider's prefix, and what configuration and environment say. */
export interface ModelSettings {
  readonly model: string;
  readonly baseUrl: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly price: Price | undefined;
  /** For tests and gateways; the platform's by default. */
  readonly fetch?: typeof fetch | undefined;
}

export type ModelFactory = (settings: ModelSettings) => Model;
