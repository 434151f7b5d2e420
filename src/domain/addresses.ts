import { KiraError } from "./errors.ts";

const isLocal = (url: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);

/**
 * A tracked file must not decide who gets the user's keys: cloning a repository would be enough.
 * @param approved addresses that the user approved in this clone
 * @throws KiraError `refused`
 */
export function refuseUnapproved(
  baseUrls: Readonly<Record<string, string>>,
  approved: readonly string[],
): void {
  const foreign = Object.values(baseUrls).find((url) => !isLocal(url) && !approved.includes(url));
  if (foreign === undefined) return;
  throw new KiraError(
    "refused",
    `The configuration has your model key sent to ${foreign}, which you have not approved. Approve it here with: git config --add kira.allowBaseUrl ${foreign}.`,
  );
}
