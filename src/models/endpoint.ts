import { KiraError } from "../domain/errors.ts";
import { oneLine } from "../domain/printable.ts";

/** Where a provider is reached. */
export interface Endpoint {
  /** Without a slash at its end, without credentials: it may be shown. */
  readonly url: string;
  readonly host: string;
  /** From a user name and password in the address, which `fetch` would refuse. */
  readonly authorization: string | undefined;
  readonly password: string | undefined;
  /** Whether it lies on this machine. */
  readonly loopback: boolean;
}

/**
 * @param source what the user would have to correct
 * @throws KiraError `invalid`
 */
export function parseEndpoint(address: string, source: string): Endpoint {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const shown = oneLine(address.replace(/\/\/[^/@]*@/, "//"), 100);
    throw new KiraError(
      "invalid",
      `"${shown}" is not an address of a server. Correct ${source}: it looks like http://127.0.0.1:8080/v1.`,
    );
  }
  const { username, password, hostname, origin, pathname } = url;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    url: `${origin}${pathname}`.replace(/\/+$/, ""),
    host: hostname,
    authorization: username === "" ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`,
    password: password === "" ? undefined : decodeURIComponent(password),
    loopback: /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname),
  };
}

/**
 * An address in the way in which Ollama itself reads `OLLAMA_HOST`: `host`, `host:port`, `:port` or a URL; what
 * a server listens on to be reached from everywhere is reached on this machine.
 */
export function ollamaAddress(host: string | undefined): string {
  const text = host?.trim().replace(/^["']|["']$/g, "") ?? "";
  if (text.includes("://"))
    return text.replace(/(:\/\/(?:[^/@]*@)?)(0\.0\.0\.0|\[::\])(?=[:/]|$)/, "$1127.0.0.1");
  const [authority = "", ...path] = text.split("/");
  const bare = /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i.test(authority) ? `[${authority}]` : authority;
  const [, name = "", port = "11434"] = /^(.*?)(?::(\d*))?$/.exec(bare) ?? [];
  const reached = /^(0\.0\.0\.0|\[::\]|)$/.test(name) ? "127.0.0.1" : name;
  return `http://${[`${reached}:${port || "11434"}`, ...path].join("/")}`;
}
