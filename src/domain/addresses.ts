import { KiraError } from "./errors.ts";

/** The error for what a tracked file wants and only the user may allow. @param approve the command that does */
export function unapproved(what: string, approve: string): KiraError {
  const message = `${what}, which you have not approved. Approve it here with: ${approve}.`;
  return new KiraError("refused", message, { approve });
}

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
  throw unapproved(
    `The configuration has your model key sent to ${foreign}`,
    `git config --add kira.allowBaseUrl ${foreign}`,
  );
}
