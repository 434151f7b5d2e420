import { KiraError } from "../domain/errors.ts";
import { nearestFirst } from "../domain/nearest.ts";
import { oneLine } from "../domain/printable.ts";
import type { Failure } from "./failure.ts";
import type { Provider } from "./provider.ts";

const quoted = 240;
/** A time that is nearer is not worth telling: by when it is read, it is over. */
const shortMs = 60_000;
const fewModels = 8;

export function interrupted(model: string): KiraError {
  return new KiraError("interrupted", `Stopped while ${model} was answering. Run the command again.`);
}

export function timeOver(provider: Provider, model: string, timeoutMs: number): KiraError {
  return new KiraError(
    "unavailable",
    `${who(provider)} did not finish its answer within ${timeoutMs / 1000} s. Allow more time with propose.timeoutSeconds, or use a faster model than ${model}.`,
    { model, reason: "over" },
  );
}

function who({ title, endpoint }: Provider): string {
  return `${title} at ${endpoint.url}`;
}

/**
 * What a failure means to the user, and what to do.
 * @param offered the models that the server has, if the one asked for is missing
 */
export function explain(
  failure: Failure,
  provider: Provider,
  model: string,
  offered: readonly string[],
): KiraError {
  const { status, kind } = failure;
  return new KiraError("unavailable", sentences(failure, provider, model, offered), {
    model,
    reason: kind,
    ...(status === undefined ? {} : { status }),
  });
}

function sentences(failure: Failure, provider: Provider, model: string, offered: readonly string[]): string {
  const { protocol, endpoint, keyVariable, key } = provider;
  const said = quote(failure, provider);
  const until = failure.retryAfterMs === undefined ? "" : ` until ${clock(failure.retryAfterMs)}`;
  switch (failure.kind) {
    case "absent": {
      const reason = failure.said.startsWith("ECONNREFUSED") ? "" : said;
      return `No ${protocol} server answers at ${endpoint.url}${reason}. ${provider.start}${proxyHint(provider)}`;
    }
    case "busy":
      return (failure.retryAfterMs ?? 0) < shortMs
        ? `${who(provider)} was overloaded until the time ran out${said}. Run the command again later.`
        : `${who(provider)} takes no more requests${until}${said}. Run the command again then, or name another model.`;
    case "quota":
      return `${who(provider)} allows you no more requests${until}${said}. Run the command again when it does, or name another model.`;
    case "faulty":
      return `${who(provider)} failed each time it was asked${said}. Look into its log, or name another model.`;
    case "denied":
      return key === undefined
        ? `${who(provider)} wants a key${said}. ${provider.unlock}`
        : `${who(provider)} does not accept the key in ${keyVariable}${said}. Correct it, or name a model it is good for.`;
    case "missing":
      return `${who(provider)} has no model "${oneLine(model, 100)}". ${provider.obtain}${listed(offered, model)}.`;
    case "rejected":
      return tooLong.test(failure.said)
        ? `The request is too long for ${model}${said}. Use a model with a longer context, or give it less.`
        : `${who(provider)} does not accept the request${said}. Correct what it names, or name another model.`;
    case "malformed":
      return `What answers at ${endpoint.url} is no ${protocol} server${said}. Correct ${provider.addressVariable}.`;
    case "empty":
      return `${model} answered with nothing. Run the command again, or name another model.`;
  }
}

const tooLong =
  /too long|too large|(exceed|maximum|larger than|longer than).{0,60}(context|token|length)|context.{0,30}(exceed|window|length)/i;

/** The server's own words, as data: on one line, cut, and without the key that some of them repeat. */
function quote({ said, status }: Failure, { key, endpoint }: Provider): string {
  const secrets = [key, endpoint.password].filter((secret) => secret !== undefined && secret.length > 3);
  const safe = secrets.reduce<string>((text, secret) => text.replaceAll(secret!, "***"), said);
  const words = oneLine(safe, quoted);
  const parts = [status && `HTTP ${status}`, words && `"${words}"`].filter(Boolean);
  return parts.length === 0 ? "" : ` (${parts.join(": ")})`;
}

function listed(offered: readonly string[], model: string): string {
  if (offered.length === 0) return "";
  const names = nearestFirst(model, offered).map((name) => oneLine(name, 100));
  const more = names.length > fewModels ? ` and ${names.length - fewModels} more` : "";
  return `, or use one that is there: ${names.slice(0, fewModels).join(", ")}${more}`;
}

function clock(inMs: number): string {
  return new Date(Date.now() + inMs)
    .toISOString()
    .replace(/:\d\d\.\d+Z$/, " UTC")
    .replace("T", " ");
}

/** Node's `fetch` looks at these variables only if asked to. */
function proxyHint({ endpoint }: Provider): string {
  const { env } = process;
  const proxied = env["HTTPS_PROXY"] ?? env["https_proxy"];
  const unused = proxied && !env["NODE_USE_ENV_PROXY"] && !endpoint.loopback;
  return unused ? " To go through the proxy in HTTPS_PROXY, set NODE_USE_ENV_PROXY=1." : "";
}
