import { Failure, failureOfAnswer, failureOfConnection, withoutMarkup } from "./failure.ts";

const mebibyte = 1024 * 1024;
/** No answer of a model is nearly as long. */
const mostBytes = 64 * mebibyte;
const longestLine = 8 * mebibyte;
const mostErrorBytes = 64 * 1024;

interface WireOptions {
  readonly fetch: typeof fetch | undefined;
  /** Ends every request, whether its caller knows of signals or not. */
  readonly signal: AbortSignal;
  /** Sent along unless the caller sends his own. */
  readonly authorization?: string | undefined;
}

/**
 * A `fetch` for the members and for the libraries they use. It throws a {@link Failure} for all that is no
 * answer, before a library can print or retry it, limits how much is read, and follows no redirect, because
 * that could carry a key to another host.
 */
export function openWire({ fetch: given, signal, authorization }: WireOptions): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (authorization !== undefined && !headers.has("authorization"))
      headers.set("authorization", authorization);
    const signals = [signal, init?.signal].filter((each) => each instanceof AbortSignal);
    const request = { ...init, headers, signal: AbortSignal.any(signals), redirect: "manual" as const };
    const response = await (given ? given(input, request) : patientFetch(input, request)).catch((error) => {
      throw failureOfConnection(error, false);
    });
    const { body } = response;
    if (body === null) throw new Failure("malformed", { said: "no content", status: response.status });
    if (!response.ok)
      throw failureOfAnswer(response.status, response.headers, await beginning(body, mostErrorBytes));
    if (response.headers.get("content-type")?.includes("text/html"))
      throw new Failure("malformed", { said: withoutMarkup(await beginning(body, mostErrorBytes)) });
    return new Response(ReadableStream.from(limited(body)), response);
  };
}

/** The first bytes as text; what cannot be read is not there. */
async function beginning(body: ReadableStream<Uint8Array>, bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= bytes) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).subarray(0, bytes).toString("utf8");
}

async function* limited(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let total = 0;
  let line = 0;
  try {
    for await (const chunk of body) {
      const newline = chunk.lastIndexOf(10);
      total += chunk.byteLength;
      line = newline < 0 ? line + chunk.byteLength : chunk.byteLength - newline;
      if (total > mostBytes || line > longestLine)
        throw new Failure("malformed", { said: "more than any answer holds" });
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Failure ? error : failureOfConnection(error, true);
  }
  if (total === 0) throw new Failure("faulty", { said: "nothing but the headers came" });
}

type Dispatcher = NonNullable<RequestInit["dispatcher"]>;
type DispatcherClass = new (options: object) => Dispatcher;
let patient: Dispatcher | undefined;

/**
 * Node's own `fetch` gives up when nothing came for five minutes, and a model on this machine may read a long
 * prompt for longer. The class of its connection pool is found where Node keeps the pool; the pool that obeys
 * the proxy variables is another class, and stays one.
 */
function patientFetch(input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  const shared: unknown = Reflect.get(globalThis, Symbol.for("undici.globalDispatcher.1"));
  if (patient === undefined && typeof shared === "object" && shared !== null)
    patient = new (shared.constructor as DispatcherClass)({ headersTimeout: 0, bodyTimeout: 0 });
  return fetch(input, patient ? { ...init, dispatcher: patient } : init);
}
