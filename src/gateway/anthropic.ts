import type { Protocol } from "./contract.ts";
import { always, endpointOf, isLocal, never } from "./endpoint.ts";
import { countIn, errorOf, partOf, textIn } from "./json.ts";

/** The Messages API. */
export const anthropic: Protocol = {
  port: 11435,
  variable: "ANTHROPIC_BASE_URL",
  path: "",
  keyVariable: "ANTHROPIC_API_KEY",
  needsToken: true,
  routes: {
    "POST /v1/messages": { thinks: true },
    "POST /v1/messages/count_tokens": { thinks: false },
    "GET /v1/models": { thinks: false },
  },
  upstream({ baseUrl, environment }) {
    const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY: key, ANTHROPIC_AUTH_TOKEN: token } = environment;
    const source = baseUrl === undefined ? "ANTHROPIC_BASE_URL" : "propose.baseUrls.anthropic";
    const url = endpointOf(baseUrl ?? (ANTHROPIC_BASE_URL || "https://api.anthropic.com"), source);
    if (key) return { url, headers: { "x-api-key": key }, secrets: [key], probe: false, free: never };
    if (token)
      return {
        url,
        headers: { authorization: `Bearer ${token}` },
        secrets: [token],
        probe: false,
        free: never,
      };
    return isLocal(url) ? { url, headers: {}, secrets: [], probe: false, free: always } : undefined;
  },
  read(event) {
    const message = partOf(event, "message") ?? event;
    const usage = partOf(event, "usage") ?? partOf(message, "usage");
    const fresh = countIn(usage, "input_tokens");
    const written = countIn(usage, "cache_creation_input_tokens") ?? 0;
    const cached = countIn(usage, "cache_read_input_tokens") ?? 0;
    const known = fresh !== undefined;
    return {
      model: textIn(message, "model"),
      inputTokens: known ? fresh + written + cached : undefined,
      // https://platform.claude.com/docs/en/build-with-claude/prompt-caching: a write costs 1.25, a read 0.1 of it.
      billedTokens: known ? fresh + 1.25 * written + 0.1 * cached : undefined,
      outputTokens: countIn(usage, "output_tokens"),
    };
  },
  renderError: errorOf,
};
