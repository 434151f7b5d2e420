// A provider, or an agent that asks it: processes of their own, as in a trial. Their parent tells them what to do.
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** Where and how to ask. */
export interface Order {
  readonly port?: number;
  readonly socketPath?: string;
  readonly token: string;
  readonly path: string;
  /** How many requests at the same time. */
  readonly parallel: number;
}

const usage = { input_tokens: 10, output_tokens: 10 };
const whole = JSON.stringify({ model: "m", content: [{ type: "text", text: "yes" }], usage });
const event = `data: ${JSON.stringify({ type: "content_block_delta", delta: { text: "a word of text" } })}\n\n`;
/** A fast model: 200 words a second, for two seconds. */
const pace = { words: 400, everyMs: 5 };
const flood = { pieces: 8000, piece: Buffer.from(event.repeat(800)) };

function serve(): void {
  const server = createServer((request, response) => {
    request.resume();
    const way = request.headers["anthropic-beta"];
    if (way === undefined) return void response.end(whole);
    response.writeHead(200, { "content-type": "text/event-stream" });
    let left = way === "paced" ? pace.words : flood.pieces;
    if (way === "paced") {
      const timer = setInterval(() => {
        response.write(event);
        if (--left > 0) return;
        clearInterval(timer);
        response.end();
      }, pace.everyMs);
      return;
    }
    const pour = () => {
      while (left-- > 0) if (!response.write(flood.piece)) return void response.once("drain", pour);
      response.end();
    };
    pour();
  });
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
}

function ask({ path, token, parallel: _, ...to }: Order): Promise<number> {
  const [url, way] = path.split(" ");
  const headers = { "x-api-key": token, ...(way === undefined ? {} : { "anthropic-beta": way }) };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...to, method: "POST", path: url, headers }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("end", () => resolve(response.statusCode === 200 ? bytes : -1));
    });
    request.on("error", reject);
    request.end(JSON.stringify({ model: "m", prompt: "x".repeat(2000) }));
  });
}

if (process.argv[2] === "server") serve();
else
  process.on("message", (order: Order) => {
    const began = performance.now();
    void Promise.all(Array.from({ length: order.parallel }, () => ask(order))).then((bytes) =>
      process.send!({ ms: performance.now() - began, bytes: bytes.reduce((sum, each) => sum + each, 0) }),
    );
  });
