import type { Protocol } from "./contract.ts";
import { always, endpointOf, isLocal, never } from "./endpoint.ts";
import { countIn, errorOf, partOf, textIn } from "./json.ts";

/** Chat Completions and Responses, as OpenAI and many others speak them. */
export const openai: Protocol = {
  port: 11436,
  variable: "OPENAI_BASE_URL",
  path: "/v1",
  keyVariable: "OPENAI_API_KEY",
  needsToken: true,
  routes: {
    "POST /v1/chat/completions": { thinks: true },
    "POST /v1/responses": { thinks: true },
    "GET /v1/models": { thinks: false },
  },
  upstream({ baseUrl, environment }) {
    const { OPENAI_BASE_URL, OPENAI_API_KEY: key } = environment;
    const source = baseUrl === undefined ? "OPENAI_BASE_URL" : "propose.baseUrls.openai";
    const url = endpointOf(baseUrl ?? (OPENAI_BASE_URL || "https://api.openai.com/v1"), source);
    if (key)
      return { url, headers: { authorization: `Bearer ${key}` }, secrets: [key], probe: false, free: never };
    return isLocal(url) ? { url, headers: {}, secrets: [], probe: false, free: always } : undefined;
  },
  read(event) {
    const whole = partOf(event, "response") ?? event;
    const usage = partOf(whole, "usage");
    return {
      model: textIn(whole, "model"),
      inputTokens: countIn(usage, "prompt_tokens") ?? countIn(usage, "input_tokens"),
      outputTokens: countIn(usage, "completion_tokens") ?? countIn(usage, "output_tokens"),
    };
  },
  renderError: errorOf,
};
