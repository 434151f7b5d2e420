import { randomUUID } from "node:crypto";
import type { KiraError } from "../domain/errors.ts";
import { randomNumbers } from "../domain/random.ts";
import type { Model, ModelAnswer, ModelRequest, ModelSettings, Price } from "./contract.ts";
import { Deadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import { explain, interrupted, timeOver } from "./explain.ts";
import { Failure, failureIn } from "./failure.ts";
import { costOf, findPrice } from "./prices.ts";
import { retry } from "./retry.ts";
import { Spoken } from "./spoken.ts";
import { openWire } from "./wire.ts";

/** One exchange as its provider tells it; what is not told is undefined. */
export interface Exchange {
  readonly stop: ModelAnswer["stop"];
  readonly model: string | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** What differs between providers. Whatever goes wrong is thrown as a {@link Failure}, or left to the wire. */
export interface Provider {
  /** Who answers, at the beginning of a sentence, and what it speaks. */
  readonly title: string;
  readonly protocol: string;
  readonly prefix: string;
  readonly endpoint: Endpoint;
  /** The variables that say where it is and who asks. */
  readonly addressVariable: string;
  readonly keyVariable: string;
  readonly key: string | undefined;
  readonly keyRequired: boolean;
  /** Whether a model without a known price costs nothing. */
  readonly free: boolean;
  /** What to do when nothing answers, when it wants a key, and how to come by a model. */
  readonly start: string;
  readonly unlock: string;
  readonly obtain: string;
  exchange(request: ModelRequest, wire: typeof fetch, say: (piece: string) => void): Promise<Exchange>;
  list(wire: typeof fetch): Promise<string[]>;
}

/** So long may a list of models take. */
const listTimeoutMs = 15_000;

/** All that is alike in every provider: time, retries, costs and sentences. */
export function modelOf(provider: Provider, settings: ModelSettings): Model {
  const wireOf = ({ signal }: Deadline) =>
    openWire({ fetch: settings.fetch, signal, authorization: provider.endpoint.authorization });

  async function list(deadline: Deadline): Promise<string[]> {
    return retry(deadline, chance(), () => provider.list(wireOf(deadline)));
  }

  /** Runs it, and turns whatever ends it into a sentence. */
  async function within<Result>(
    deadline: Deadline,
    timeoutMs: number,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      if (deadline.ended) throw new Failure("faulty");
      if (provider.keyRequired && provider.key === undefined) throw new Failure("denied");
      return await work();
    } catch (error) {
      if (deadline.ended === "interrupted") throw interrupted(settings.model);
      const failure = failureIn(error);
      // One that was overloaded before says more than that the clock ended the last try.
      if (deadline.ended === "over" && failure?.kind !== "busy")
        throw timeOver(provider, settings.model, timeoutMs);
      if (failure === undefined) throw error;
      throw await explained(failure, deadline);
    }
  }

  async function explained(failure: Failure, deadline: Deadline): Promise<KiraError> {
    // That they cannot be listed is not what went wrong.
    const offered = failure.kind === "missing" ? await provider.list(wireOf(deadline)).catch(() => []) : [];
    return deadline.ended === "interrupted"
      ? interrupted(settings.model)
      : explain(failure, provider, settings.model, offered);
  }

  return {
    name: `${provider.prefix}:${settings.model}`,
    price: settings.price ?? priceOf(provider, settings.model, settings.model) ?? null,
    async complete(request) {
      const began = performance.now();
      using deadline = new Deadline(request.timeoutMs, request.signal);
      const { text, ...exchange } = await within(deadline, request.timeoutMs, () =>
        retry(deadline, chance(), () => attempt(provider, request, wireOf(deadline))),
      );
      const { stop, inputTokens, outputTokens } = exchange;
      const model = exchange.model ?? settings.model;
      const price = settings.price ?? priceOf(provider, model, settings.model);
      return {
        text,
        stop,
        model,
        inputTokens: inputTokens ?? 0,
        outputTokens: outputTokens ?? 0,
        costUsd: price ? costOf(price, { input: inputTokens, output: outputTokens }) : null,
        durationMs: performance.now() - began,
      };
    },
    async check(signal) {
      using deadline = new Deadline(listTimeoutMs, signal);
      await within(deadline, listTimeoutMs, async () => {
        const offered = await list(deadline);
        const names = [settings.model, `${settings.model}:latest`];
        if (!offered.some((name) => names.includes(name))) throw new Failure("missing");
      });
    },
    async list(signal) {
      using deadline = new Deadline(listTimeoutMs, signal);
      return await within(deadline, listTimeoutMs, () => list(deadline));
    },
  };
}

/** One try; again without what this model or server does not take, and whoever asks can do without. */
async function attempt(
  provider: Provider,
  request: ModelRequest,
  wire: typeof fetch,
): ReturnType<typeof answerOf> {
  try {
    return await answerOf(provider, request, wire);
  } catch (error) {
    const plainer = withoutWhat(request, failureIn(error));
    if (!plainer) throw error;
    return attempt(provider, plainer, wire);
  }
}

function withoutWhat(request: ModelRequest, failure: Failure | undefined): ModelRequest | undefined {
  if (failure?.kind !== "rejected") return undefined;
  if (request.schema !== undefined && aboutSchema.test(failure.said))
    return { ...request, schema: undefined };
  if (request.temperature !== undefined && aboutTemperature.test(failure.said))
    return { ...request, temperature: undefined };
  return undefined;
}

const aboutSchema = /schema|response_format|output_config|output_format|structured|grammar/i;
const aboutTemperature = /temperature|sampling/i;

async function answerOf(provider: Provider, request: ModelRequest, wire: typeof fetch) {
  const spoken = new Spoken(request.onText);
  const exchange = await provider.exchange(request, wire, (piece) => spoken.add(piece));
  const text = spoken.end();
  if (text.trim() === "" && exchange.stop === "end") throw new Failure("empty");
  return { ...exchange, text };
}

/** A known price wins over a local address: behind that may be a gateway to a model that costs. */
function priceOf({ free }: Provider, served: string, asked: string): Price | undefined {
  return findPrice(served) ?? findPrice(asked) ?? (free ? { input: 0, output: 0 } : undefined);
}

/** Another sequence each time, so that two of us at once do not wait alike. */
function chance(): Iterator<number, never> {
  return randomNumbers(randomUUID());
}
