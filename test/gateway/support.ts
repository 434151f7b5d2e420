import { type IncomingMessage, request as httpRequest } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Gateway, Pass } from "../../src/gateway/contract.ts";
import { type GatewaySettings, openGateway } from "../../src/gateway/gateway.ts";
import type { ProtocolName } from "../../src/gateway/index.ts";
import { findPrice } from "../../src/models/prices.ts";
import { anUpstream, type Upstream } from "./upstream.ts";

/** A folder for doors, as whoever opens a gateway makes it. */
export function openFolder() {
  const root = mkdtempSync(join(tmpdir(), "kira-doors-"));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

export const keys = { anthropic: "real-anthropic-key", openai: "real-openai-key" };

/** A gateway to one server that speaks for all three providers. */
export async function aGateway({
  upstream: given,
  ...changes
}: Partial<GatewaySettings> & { readonly upstream?: Upstream } = {}): Promise<
  AsyncDisposable & { readonly upstream: Upstream; readonly gateway: Gateway; readonly pass: Pass }
> {
  const upstream = given ?? (await anUpstream());
  const { url } = upstream;
  const gateway = await openGateway({
    baseUrls: { anthropic: url, openai: `${url}/v1`, ollama: url },
    environment: { ANTHROPIC_API_KEY: keys.anthropic, OPENAI_API_KEY: keys.openai },
    prices: { "claude-test-1": { input: 10, output: 50 }, "gpt-test": { input: 10, output: 50 } },
    listPrice: findPrice,
    openFolder,
    allowance: {},
    ...changes,
  });
  const pass = await gateway.open({ key: "trial-1", directory: "/nowhere" });
  return {
    ...{ upstream, gateway, pass },
    async [Symbol.asyncDispose]() {
      await pass.close();
      await gateway[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

export const tokenOf = ({ environment }: Pass): string => environment["ANTHROPIC_API_KEY"]!;

export function socketOf({ doors }: Pass, provider: ProtocolName): string {
  return doors.find(({ name }) => name === provider)!.socket;
}

export interface Wanted {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Begins a request at a door, as an agent's library would. */
export function begin(pass: Pass, provider: ProtocolName, wanted: Wanted) {
  const { method = "POST", path = "/v1/messages", body = "" } = wanted;
  const headers = { "x-api-key": tokenOf(pass), "content-type": "application/json", ...wanted.headers };
  const request = httpRequest({ socketPath: socketOf(pass, provider), method, path, headers });
  request.end(body);
  return request;
}

export interface Heard {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export async function ask(pass: Pass, provider: ProtocolName, wanted: Wanted): Promise<Heard> {
  const [response] = (await once(begin(pass, provider, wanted), "response")) as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

export const json = (content: object): string => JSON.stringify(content);
