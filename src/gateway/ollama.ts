import type { Protocol } from "./contract.ts";
import { endpointOf } from "./endpoint.ts";
import { countIn, textIn } from "./json.ts";

/** Models of the cloud can be reached through a server of one's own. */
const cloud = /[-:]cloud$/;

/** Ollama's own API. Its libraries send no key: whoever comes through a trial's door belongs to the trial. */
export const ollama: Protocol = {
  // Its usual port: what ignores the variable finds it as well.
  port: 11434,
  variable: "OLLAMA_HOST",
  path: "",
  keyVariable: "OLLAMA_API_KEY",
  needsToken: false,
  routes: {
    "POST /api/chat": { thinks: true },
    "POST /api/generate": { thinks: true },
    "POST /api/show": { thinks: false },
    "GET /api/tags": { thinks: false },
    "GET /api/version": { thinks: false },
  },
  upstream({ baseUrl, environment }) {
    const host = baseUrl ?? environment["OLLAMA_HOST"];
    const source = baseUrl === undefined ? "OLLAMA_HOST" : "propose.baseUrls.ollama";
    const url = endpointOf(addressOf(host || "127.0.0.1"), source);
    return { url, headers: {}, secrets: [], probe: !host, free: (model) => !cloud.test(model) };
  },
  read: (event) => ({
    model: textIn(event, "model"),
    inputTokens: countIn(event, "prompt_eval_count"),
    outputTokens: countIn(event, "eval_count"),
  }),
  renderError: (_, error) => ({ error }),
};

/** OLLAMA_HOST may lack the scheme or the port, and be the address that the server listens on. */
function addressOf(host: string): string {
  if (/^https?:\/\//.test(host)) return host;
  const [, name = "", port = "11434", rest = ""] = /^(\[[^\]]*\]|[^:/]*)(?::(\d+))?(.*)$/.exec(host) ?? [];
  return `http://${name === "" || name === "0.0.0.0" ? "127.0.0.1" : name}:${port}${rest}`;
}
