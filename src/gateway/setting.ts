import type { Agent } from "node:http";
import type { Price } from "../models/contract.ts";
import type { Protocol, Upstream } from "./contract.ts";
import type { Delivery } from "./delivery.ts";
import { type Fate, type Trouble, troubleIn } from "./fate.ts";
import type { ProtocolName } from "./index.ts";
import type { Ledger, Sum } from "./ledger.ts";
import type { Count } from "./meter.ts";
import { type PriceBook, priceOf } from "./prices.ts";
import type { Track } from "./tape.ts";

/** All that a request through one door of a trial is answered with. */
export interface Setting {
  readonly provider: ProtocolName;
  readonly protocol: Protocol;
  /** Absent where answers are replayed. */
  readonly upstream: Upstream | undefined;
  readonly agent: Agent;
  readonly token: string;
  readonly ledger: Ledger;
  readonly book: PriceBook;
  readonly sum: Sum;
  readonly fate: Fate;
  readonly track: Track | undefined;
  /** The folder of the recording, for sentences. */
  readonly recording: string;
  /** Texts that differ from run to run, and what stands for them in a recording. */
  readonly names: Readonly<Record<string, string>>;
  readonly mostBodyBytes: number;
}

/** A request that may be answered. */
export interface Asked {
  readonly route: string;
  readonly path: string;
  readonly query: string;
  readonly thinks: boolean;
  /** Counts while the body comes. */
  bytes: number;
  /** Aborts when the agent's connection is closed: the answer to a request that waits behind another is not told so. */
  readonly gone: AbortSignal;
}

/** Answers in the provider's place. */
export type Refuse = (status: number, type: string, message: string) => void;

/** Puts on account what was answered. */
export function account(setting: Setting, asked: Asked, delivery: Delivery, isWhole: boolean): void {
  const count = delivery.meter.end(asked.bytes, isWhole);
  if (asked.thinks && delivery.status < 300) charge(setting, count);
}

export function charge(setting: Setting, count: Count): void {
  const { sum, ledger, fate, provider } = setting;
  const model = count.model ?? "unknown";
  const price = priceFor(setting, model);
  sum.add(count, ledger.add(`${provider}:${model}`, price, count));
  if (!price && ledger.stopped !== undefined) fate.refuse(`The trial was cut off: ${ledger.stopped}.`);
}

/** A known price wins over a server of one's own: behind that may be a way to a model that costs. Replaying is free. */
function priceFor({ book, provider, upstream }: Setting, model: string): Price | undefined {
  const isFree = upstream === undefined || upstream.free(model);
  return priceOf(book, provider, model) ?? (isFree ? { input: 0, output: 0 } : undefined);
}

export function troubleOf(
  provider: string,
  { status, said, meter: { problem } }: Delivery,
): Trouble | undefined {
  if (status < 300 && problem !== undefined) return `${provider} broke off: ${problem}`;
  return troubleIn(provider, status, said);
}
