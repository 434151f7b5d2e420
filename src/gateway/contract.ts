import type { Price } from "../models/contract.ts";
import type { Door } from "../sandbox/contract.ts";

/** What an answer, or a part of one, says of itself. Counts are of the whole answer so far. */
export interface Reading {
  readonly model?: string | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** The input in tokens at full price, where parts of it cost more or less. */
  readonly billedTokens?: number | undefined;
}

/** Where a provider is really reached, and with what. */
export interface Upstream {
  /** Its path stands before that of every request. */
  readonly url: URL;
  /** The key, as this provider wants it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must never be seen inside. */
  readonly secrets: readonly string[];
  /** Whether it is offered only if something answers there. */
  readonly probe: boolean;
  /** Whether a model there costs nothing unless a price of it is known. */
  free(model: string): boolean;
}

export interface Surroundings {
  readonly baseUrl: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What the gateway knows of a provider's protocol. */
export interface Protocol extends Pick<Door, "port" | "variable" | "path"> {
  /** All that may be asked, such as `POST /v1/messages`: whether a model thinks about it, which costs something. */
  readonly routes: Readonly<Record<string, { readonly thinks: boolean }>>;
  /** Whether every request has to name its trial's token; the libraries of some providers send none. */
  readonly needsToken: boolean;
  /** The variable that an agent's library takes its key from. */
  readonly keyVariable: string;
  /** Undefined if there is no key for it. */
  upstream(surroundings: Surroundings): Upstream | undefined;
  /** @param event one event of a stream, or a whole answer */
  read(event: Readonly<Record<string, unknown>>): Reading;
  /** An error as this provider's libraries expect it. */
  renderError(type: string, message: string): object;
}

/** Dollars per million tokens, by model. */
export type Prices = Readonly<Record<string, Price>>;

/** A folder of recorded answers, to be written or to be read. */
export interface Tape {
  readonly mode: "record" | "replay";
  readonly folder: string;
}

/** What models did for a trial, counted outside. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** The one that did most. */
  readonly model: string | null;
}

/** One attempt's way to its models; no request survives its end, and the token is worth nothing after it. */
export interface Pass extends AsyncDisposable {
  readonly doors: readonly Door[];
  /** Placeholders for keys: worth something at these doors only. */
  readonly environment: Readonly<Record<string, string>>;
  /** Complete once it is closed. */
  readonly usage: Usage;
  /** Ends all that is under way. */
  close(): Promise<void>;
  /**
   * Why the attempt says nothing about the agent: money ran out, an answer was not recorded, or the provider failed.
   * @param gaveUp whether the agent did: if not, an answer that it got earlier is taken to have been enough
   */
  excuse(gaveUp: boolean): { readonly reason: string; readonly passing: boolean } | undefined;
}

/** Lets the agents of an evaluation reach models, and nothing else, without a key of ours. */
export interface Gateway extends AsyncDisposable {
  /** The limit that was reached, once a request has been refused for it. */
  readonly stopped: string | undefined;
  /** Models that served and whose price is not known: limits in dollars do not hold for them. */
  readonly unpriced: ReadonlySet<string>;
  /** @param key the trial's; recorded answers are found by it */
  open(trial: { readonly key: string; readonly directory: string }): Promise<Pass>;
}
