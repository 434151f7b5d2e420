import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type Agent, createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Door } from "../sandbox/contract.ts";
import type { Pass, Tape } from "./contract.ts";
import { answer } from "./exchange.ts";
import { Fate } from "./fate.ts";
import { protocols, type ProtocolName } from "./index.ts";
import { type Ledger, Sum } from "./ledger.ts";
import type { PriceBook } from "./prices.ts";
import type { Setting } from "./setting.ts";
import { openTrack } from "./tape.ts";
import type { Upstreams } from "./upstreams.ts";

/** As much as the largest provider takes. */
const mostBodyBytes = 32 * 1024 * 1024;
/** Of one trial at one door. */
const mostConnections = 64;

/** What all trials of a gateway share. */
export interface Shared {
  readonly folder: string;
  readonly providers: readonly ProtocolName[];
  readonly upstreams: Upstreams;
  readonly agents: Readonly<Record<"http:" | "https:", Agent>>;
  readonly ledger: Ledger;
  readonly book: PriceBook;
  readonly tape: Tape | undefined;
}

/** Opens doors of its own for one attempt: which trial a request belongs to, the door says as well as the token. */
export async function openPass(
  shared: Shared,
  number: number,
  trial: { readonly key: string; readonly directory: string },
): Promise<Pass> {
  const { folder, providers, upstreams, agents, ledger, book, tape } = shared;
  const token = `sk-kira-${randomBytes(24).toString("hex")}`;
  const [sum, fate] = [new Sum(), new Fate()];
  const track = tape && (await openTrack(tape, trial.key));
  const underway = new Set<Promise<void>>();
  // All of them: a server forgets those that were to become a tunnel.
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const doors: Door[] = [];
  for (const provider of providers) {
    const protocol = protocols[provider];
    const upstream = upstreams[provider];
    const agent = agents[upstream?.url.protocol === "https:" ? "https:" : "http:"];
    const setting: Setting = {
      ...{ provider, protocol, upstream, agent, token, ledger, book, sum, fate, track, mostBodyBytes },
      recording: tape?.folder ?? "",
      names: { [token]: "<token>", [trial.directory]: "/trial" },
    };
    const { port, variable, path } = protocol;
    const socket = join(folder, `${number}-${provider}`);
    doors.push({ name: provider, socket, port, variable, path });
    const server = await listen(socket, setting, underway);
    server.on("connection", (each: Socket) => {
      sockets.add(each.once("close", () => sockets.delete(each)));
    });
    servers.push(server);
  }
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= (async () => {
      const ended = servers.map((server) => once(server.close(), "close"));
      for (const socket of sockets) socket.destroy();
      await Promise.all([...ended, ...underway]);
    })());
  return {
    doors,
    environment: Object.fromEntries(providers.map((name) => [protocols[name].keyVariable, token])),
    get usage() {
      return sum.usage;
    },
    close,
    excuse: (gaveUp) => fate.excuse(gaveUp),
    [Symbol.asyncDispose]: close,
  };
}

async function listen(socket: string, setting: Setting, underway: Set<Promise<void>>): Promise<Server> {
  const server = createServer({ headersTimeout: 20_000, keepAliveTimeout: 60_000 }, (request, response) => {
    const done = answer(setting, request, response)
      .catch(() => void response.destroy())
      .finally(() => underway.delete(done));
    underway.add(done);
  });
  server.maxConnections = mostConnections;
  server.on("connect", (_, stream) => stream.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"));
  server.on("clientError", (_, stream) => {
    if (stream.writable) stream.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else stream.destroy();
  });
  server.listen(socket);
  await once(server, "listening");
  return server;
}
