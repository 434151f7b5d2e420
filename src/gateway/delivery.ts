import type { ServerResponse } from "node:http";
import type { Protocol } from "./contract.ts";
import { Meter } from "./meter.ts";
import { Redactor } from "./redact.ts";
import type { Recorded } from "./tape.ts";

/** Enough of an error to tell what is wrong. */
const mostSaid = 4096;

/** Hands an answer on to the agent as it comes, reads it on the way, and keeps it only to record it. */
export class Delivery {
  readonly meter: Meter;
  readonly status: number;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #response: ServerResponse;
  readonly #redactor: Redactor;
  readonly #chunks: Buffer[] | undefined;
  #said = "";

  constructor(
    response: ServerResponse,
    protocol: Protocol,
    { status, headers }: Pick<Recorded, "status" | "headers">,
    { secrets, keep }: { readonly secrets: readonly string[]; readonly keep: boolean },
  ) {
    this.status = status;
    this.meter = new Meter(protocol, headers["content-type"] ?? "");
    this.#redactor = new Redactor(secrets);
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, this.#cleaned(value, secrets)]),
    );
    this.#response = response;
    this.#chunks = keep ? [] : undefined;
    response.writeHead(status, this.#headers);
    response.flushHeaders();
  }

  /** The beginning of an error. */
  get said(): string {
    return this.#said;
  }

  /** What can be answered again another time. */
  get recorded(): Recorded | undefined {
    const { "content-length": _, date: __, ...headers } = this.#headers;
    return this.#chunks && { status: this.status, headers, chunks: this.#chunks };
  }

  /** @returns false if the agent reads more slowly than it is told */
  push(chunk: Buffer): boolean {
    return this.#send(this.#redactor.pass(chunk));
  }

  end(): void {
    this.#send(this.#redactor.end());
    this.#response.end();
  }

  #send(chunk: Buffer): boolean {
    if (chunk.length === 0) return true;
    this.meter.add(chunk);
    this.#chunks?.push(chunk);
    if (this.status >= 400 && this.#said.length < mostSaid) this.#said += chunk.toString("utf8");
    return this.#response.write(chunk);
  }

  #cleaned(text: string, secrets: readonly string[]): string {
    return secrets.reduce((clean, secret) => clean.replaceAll(secret, "*"), text);
  }
}
