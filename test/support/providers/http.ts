import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<IncomingMessage["headers"]>;
  readonly body: string;
  /** Fulfilled when the client has gone or has got everything. */
  readonly over: Promise<unknown>;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
}

/** A server on a free port of this machine, gone at the end of the test with every connection. */
export async function serve(
  answer: (received: Received, response: ServerResponse) => Promise<void>,
): Promise<TestServer> {
  const server = createServer(async (request, response) => {
    // A client that leaves is part of the tests.
    response.on("error", () => undefined);
    const over = once(response, "close");
    const body = await text(request).catch(() => "");
    const { method = "GET", url = "/", headers } = request;
    await answer({ method, path: url.split("?")[0]!, headers, body, over }, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An address of this machine where nobody listens. */
export async function nobodysAddress(): Promise<string> {
  await using server = await serve(async () => undefined);
  return server.url;
}
