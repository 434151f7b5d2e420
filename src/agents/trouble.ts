import { oneLine } from "../domain/printable.ts";
import { quotaIn } from "../domain/quota.ts";

/** What a program exits with when not it but something it needs has failed: EX_TEMPFAIL of sysexits.h. */
export const infrastructure = 75;

/** Statuses of a provider that no prompt brings about: no access, no such model, too much, not there. */
const statuses = [401, 402, 403, 404, 408, 429];
const said = /\b(?:API Error:? ?\(?|unexpected status |HTTP (?:error:? ?)?|status(?: code)?:? ?)(\d{3})\b/i;
const complaints = [
  /overloaded|rate.?limit|too many requests|service unavailable|bad gateway|gateway time-?out/i,
  /internal server error|stream disconnected|connection (error|refused|reset|closed)|unable to connect/i,
  /fetch failed|network error|request timed out|\bE(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN)\b/i,
];
const noAccess =
  /invalid api key|not logged in|run \/login|unauthorized|authentication_error|oauth token|credit balance is too low/i;

/** Something an agent depends on has failed. */
export interface Trouble {
  readonly retryAt: string | null;
  /** Whether nobody let it in. */
  readonly noAccess: boolean;
}

/**
 * Whether it was not the agent's fault, from what its program says itself and never from what the agent says.
 * @param status the provider's HTTP status where the program tells it
 */
export function troubleIn(
  message: string,
  endedAt: string,
  status = Number(said.exec(message)?.[1]),
): Trouble | undefined {
  const text = message.slice(0, 2000);
  const quota = quotaIn(text, new Date(endedAt));
  if (quota) return { ...quota, noAccess: false };
  if (status === 401 || noAccess.test(text)) return { retryAt: null, noAccess: true };
  const isProviders = statuses.includes(status) || status >= 500;
  return isProviders || complaints.some((each) => each.test(text))
    ? { retryAt: null, noAccess: false }
    : undefined;
}

/** The last line of an error output, to go on a sentence with. */
export function lastLine(stderr: string): string {
  return quoted(stderr.trim().split("\n").at(-1) ?? "");
}

/** A text of the program's, to go on a sentence with. */
export function quoted(text: string): string {
  const line = oneLine(text, 200);
  return line === "" ? "" : `: ${line.replace(/\.$/, "")}`;
}
