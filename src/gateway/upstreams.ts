import type { Config } from "../domain/config.ts";
import { KiraError } from "../domain/errors.ts";
import type { Upstream } from "./contract.ts";
import { protocols, type ProtocolName } from "./index.ts";

export type Upstreams = Readonly<Partial<Record<ProtocolName, Upstream>>>;

export const protocolNames = Object.keys(protocols) as ProtocolName[];

/**
 * The providers there is a key for, and the servers on this machine.
 * @throws KiraError `unavailable` if there is none at all
 */
export async function findUpstreams(
  baseUrls: Config["propose"]["baseUrls"],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Upstreams> {
  const found: Partial<Record<ProtocolName, Upstream>> = {};
  for (const name of protocolNames) {
    const upstream = protocols[name].upstream({ baseUrl: baseUrls[name], environment });
    if (upstream && (!upstream.probe || (await answers(upstream.url)))) found[name] = upstream;
  }
  if (Object.keys(found).length > 0) return found;
  throw new KiraError(
    "unavailable",
    "Trials are to reach a model (evaluate.network is llm), and none is to be found: there is no key, and no Ollama on this machine. Set ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama, or say with OLLAMA_HOST where it runs.",
  );
}

const answers = (url: URL): Promise<boolean> =>
  fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(1000) }).then(
    () => true,
    () => false,
  );
