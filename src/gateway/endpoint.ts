import { KiraError } from "../domain/errors.ts";

const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/;

/** Without a closing slash, and without the `/v1` that every path begins with. @throws KiraError `invalid` */
export function endpointOf(address: string, source: string): URL {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new KiraError(
      "invalid",
      `${source} is ${JSON.stringify(url?.password ? "an address with a password" : address)}. Give an address such as https://api.example.com, without a name or password.`,
    );
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
  url.search = url.hash = "";
  return url;
}

export const isLocal = ({ hostname }: URL): boolean => local.test(hostname);

/** Whoever wants a key may want money; a server of one's own that wants none does not. */
export const always = () => true;
export const never = () => false;
