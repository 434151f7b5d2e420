import type { Protocol, Reading } from "./contract.ts";
import { isObject, type Json, parseObject, textIn } from "./json.ts";

const mostLineBytes = 1024 * 1024;
const mostBodyBytes = 4 * 1024 * 1024;
/** Roughly, for where a provider does not count. */
const bytesPerToken = 4;
/** The first events name the model. */
const firstEvents = 2;

/** What an answer came to. */
export interface Count {
  readonly model: string | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly billedTokens: number;
}

/** Reads an answer as it streams by, and keeps no more of it than a line. */
export class Meter {
  readonly #protocol: Protocol;
  readonly #isStream: boolean;
  readonly #most: number;
  /** An error of the provider's in the middle of an answer that began well. */
  problem: string | undefined;
  #model: string | undefined;
  #input: number | undefined;
  #output: number | undefined;
  #billed: number | undefined;
  #bytes = 0;
  #events = 0;
  /** The beginning of a line, or of a whole body; undefined for one that is too long to be read. */
  #rest: Buffer[] | undefined = [];
  #restBytes = 0;

  constructor(protocol: Protocol, contentType: string) {
    this.#protocol = protocol;
    this.#isStream = /event-stream|ndjson/.test(contentType);
    this.#most = this.#isStream ? mostLineBytes : mostBodyBytes;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    // Most pieces are words of text: to look at each line of them would cost more than all else here.
    const isPlain = this.#events >= firstEvents && !tells(chunk);
    let from = 0;
    if (this.#isStream)
      for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
        if (this.#restBytes > 0) {
          this.#keep(chunk.subarray(from, to));
          this.#readRest();
        } else if (isPlain) this.#events += begins(chunk, from) ? 1 : 0;
        else this.#read(chunk.subarray(from, to));
        from = to + 1;
      }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /**
   * What it came to. Where the provider did not say, or was cut short before it could, it is estimated: a model writes
   * about one token an event.
   */
  end(requestBytes: number, isWhole: boolean): Count {
    this.#readRest();
    const estimate = this.#isStream ? this.#events : Math.ceil(this.#bytes / bytesPerToken);
    const inputTokens = this.#input ?? Math.ceil(requestBytes / bytesPerToken);
    const counted = this.#output ?? estimate;
    return {
      model: this.#model,
      inputTokens,
      billedTokens: this.#billed ?? inputTokens,
      outputTokens: isWhole ? counted : Math.max(counted, estimate),
    };
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length;
    if (this.#restBytes > this.#most) this.#rest = undefined;
    this.#rest?.push(Buffer.from(part)); // a copy: a view would hold all that came with it
  }

  #readRest(): void {
    // What was too long to keep still was an event.
    this.#read(this.#rest === undefined ? emptyEvent : Buffer.concat(this.#rest));
    this.#rest = [];
    this.#restBytes = 0;
  }

  #read(line: Buffer): void {
    if (line.length === 0 || (this.#isStream && !begins(line, 0))) return;
    this.#events++;
    if (this.#events > firstEvents && !tells(line)) return;
    const event = parseObject(line.toString("utf8").replace(/^data:/, ""));
    if (!event) return;
    this.problem ??= problemIn(event);
    this.#note(this.#protocol.read(event));
  }

  #note({ model, inputTokens, outputTokens, billedTokens }: Reading): void {
    this.#model ??= model;
    this.#input = larger(this.#input, inputTokens);
    this.#output = larger(this.#output, outputTokens);
    this.#billed = larger(this.#billed, billedTokens);
  }
}

const emptyEvent = Buffer.from("{}");
const telling = ['"usage"', '"eval_count"', '"error"'].map((word) => Buffer.from(word));

const tells = (text: Buffer) => telling.some((word) => text.includes(word));

/** Whether an event's content begins there: a line of JSON, or a field `data` (`event`, `id` and `retry` are others). */
const begins = (text: Buffer, at: number) => text[at] === 0x7b || text[at] === 0x64;

function problemIn({ error, type }: Json): string | undefined {
  if (typeof error === "string") return error.slice(0, 200);
  if (isObject(error)) return textIn(error, "message") ?? textIn(error, "type") ?? "an error";
  return type === "error" || type === "response.failed" ? "an error" : undefined;
}

function larger(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
