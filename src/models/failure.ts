import { parseRetryAfter, saidReset } from "./retry-after.ts";

/** What was wrong with one try. Whether another one helps is decided in retry.ts, what to tell in explain.ts. */
export type FailureKind =
  | "absent" // nothing answers at that address
  | "busy" // overload or a rate limit: it passes
  | "faulty" // the server failed, or its answer broke off: it may pass
  | "quota" // used up until some time, or until it is paid
  | "denied" // no key, or a wrong one
  | "missing" // no such model
  | "rejected" // the request itself is not accepted
  | "malformed" // whatever answers does not speak this protocol
  | "empty"; // a complete answer without a word

interface Circumstances {
  /** What the server said, or what happened to the connection: foreign text, not for the terminal as it is. */
  readonly said?: string;
  readonly status?: number;
  readonly retryAfterMs?: number | undefined;
}

/** Its message is only the kind: libraries look into messages, and quoting them is for explain.ts to do safely. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly kind: FailureKind;
  readonly said: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: FailureKind, { said = "", status, retryAfterMs }: Circumstances = {}) {
    super(kind);
    this.kind = kind;
    this.said = said;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The failure behind whatever a library has made of it; undefined for a bug of ours. */
export function failureIn(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof SyntaxError) return new Failure("malformed", { said: error.message });
  return error instanceof Error && error.cause !== undefined ? failureIn(error.cause) : undefined;
}

const passing = new Set([429, 502, 503, 504, 529]);
const perhapsPassing = new Set([408, 409, 500]);

/** What an answer that is not 2xx means. */
export function failureOfAnswer(status: number, headers: Headers, body: string): Failure {
  const { said, code } = readError(body);
  const retryAfterMs = parseRetryAfter(headers, Date.now()) ?? saidReset(said, Date.now());
  const failure = (kind: FailureKind) => new Failure(kind, { said, status, retryAfterMs });
  if (code === "model_not_found") return failure("missing");
  if (status === 402 || code === "insufficient_quota") return failure("quota");
  if (status === 429 && retryAfterMs === undefined && /\bresets? (at|in|on)\b/i.test(said))
    return failure("quota");
  if (passing.has(status)) return failure("busy");
  if (perhapsPassing.has(status)) return failure("faulty");
  if (status === 401 || status === 403) return failure("denied");
  if (status === 404) return failure(/model/i.test(said) ? "missing" : "malformed");
  if (status >= 300 && status < 400)
    return new Failure("rejected", {
      said: `moved to ${headers.get("location") ?? "somewhere else"}`,
      status,
    });
  return failure(status > 500 ? "faulty" : "rejected");
}

/** The provider's own words in an error's body, whatever shape that has. */
export function readError(body: string): { readonly said: string; readonly code: string | undefined } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { said: withoutMarkup(body), code: undefined };
  }
  const outer = asRecord(json);
  const inner = asRecord(outer["error"]);
  const words = [inner["message"], outer["error"], outer["message"], outer["detail"]];
  const said = words.find((word) => typeof word === "string") ?? body;
  const code = [inner["code"], inner["type"], outer["code"]].find((word) => typeof word === "string");
  return { said, code };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A page of a proxy says in its title what happened. */
export function withoutMarkup(text: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1];
  return (title ?? text.replace(/<[^>]*>/g, " ")).trim();
}

/** A connection that broke; whatever else keeps us from one is there to stay for a while. */
const broken =
  /^(ECONNRESET|ECONNABORTED|EPIPE|HPE_INVALID_EOF_STATE|UND_ERR_SOCKET|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/;

/**
 * What it means that `fetch` threw; the reason is in the cause, if anywhere.
 * @param answering whether there had been an answer, whose body could not be read to its end
 */
export function failureOfConnection(error: unknown, answering: boolean): Failure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = String(asRecord(cause)["code"] ?? "");
  const reason = cause instanceof Error ? cause.message : String(cause);
  const said = [code, reason].filter((part, at, all) => part !== "" && all.indexOf(part) === at).join(": ");
  if (answering || broken.test(code)) return new Failure("faulty", { said });
  return new Failure(code.startsWith("HPE_") ? "malformed" : "absent", { said });
}
