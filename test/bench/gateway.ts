import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { openGateway } from "../../src/gateway/gateway.ts";
import { findPrice } from "../../src/models/prices.ts";
import { openFolder } from "../gateway/support.ts";
import type { Order } from "./gateway-peer.ts";
import { atMost, compare, median, type Row } from "./measure.ts";

const requests = 300;
const rounds = 7;
const streams = 8;

/** What the way through the gateway costs, beside asking the same server directly. */
export async function gateway(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const [server, agent] = ["server", "agent"].map((role) => {
    const peer = fork(new URL("gateway-peer.ts", import.meta.url), [role]);
    stack.defer(() => void peer.kill());
    return peer;
  }) as [ChildProcess, ChildProcess];
  const [port] = (await once(server, "message")) as [number];
  const url = `http://127.0.0.1:${port}`;
  const opened = stack.use(
    await openGateway({
      ...{ baseUrls: { anthropic: url }, prices: {}, listPrice: findPrice, openFolder, allowance: {} },
      environment: { ANTHROPIC_API_KEY: "key", OLLAMA_HOST: url },
    }),
  );
  const pass = stack.use(await opened.open({ key: "bench", directory: "/nowhere" }));
  const token = pass.environment["ANTHROPIC_API_KEY"]!;
  const socketPath = pass.doors.find(({ name }) => name === "anthropic")!.socket;

  const ask = async (way: "direct" | "through", path: string, parallel: number) => {
    const to = way === "direct" ? { port } : { socketPath };
    agent.send({ ...to, token, path, parallel } satisfies Order);
    const [answer] = (await once(agent, "message")) as [{ ms: number; bytes: number }];
    if (answer.bytes <= 0) throw new Error(`the ${way} request failed`);
    return answer;
  };
  const pairs = async (count: number, path: string, parallel: number) => {
    const times = { direct: [] as number[], through: [] as number[] };
    for (let run = -5; run < count; run++)
      for (const way of run % 2 === 0 ? (["direct", "through"] as const) : (["through", "direct"] as const)) {
        const { ms } = await ask(way, path, parallel);
        if (run >= 0) times[way].push(ms);
      }
    return times;
  };

  const single = await pairs(requests, "/v1/messages", 1);
  const paced = await pairs(rounds, "/v1/messages paced", streams);
  const pour = async () => {
    let peak = 0;
    const look = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const answer = await ask("through", "/v1/messages poured", 1);
    clearInterval(look);
    return { ...answer, peak };
  };
  // What passes waits for the collector, which comes sooner or later: the first two show how much that may be.
  const before = Math.max((await pour()).peak, (await pour()).peak);
  const poured = await pour();
  const megabytes = poured.bytes / 1e6;
  return [
    atMost({
      name: "what the gateway adds to a request",
      value: compare(single.through, single.direct).difference,
      unit: "ms",
      target: 3,
      beside: `${median(single.through).toFixed(2)} ms beside ${median(single.direct).toFixed(2)} ms; median of ${requests} pairs`,
    }),
    atMost({
      name: `${streams} streams at a time of 200 words a second`,
      value: 100 * (compare(paced.through, paced.direct).ratio - 1),
      unit: "% longer",
      target: 5,
      beside: `${median(paced.through).toFixed(0)} ms beside ${median(paced.direct).toFixed(0)} ms; median of ${rounds} pairs`,
    }),
    atMost({
      name: `memory of the third ${megabytes.toFixed(0)} MB that stream by`,
      value: (poured.peak - before) / 1e6,
      unit: "MB more",
      target: 32,
      beside: `a peak of ${(poured.peak / 1e6).toFixed(0)} MB after ${(before / 1e6).toFixed(0)} MB; ${(megabytes / (poured.ms / 1000)).toFixed(0)} MB a second are the most that pass`,
    }),
  ];
}
