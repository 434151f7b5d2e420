import { withoutHidden } from "../hidden.ts";
import { fit } from "../printable.ts";
import { redact } from "../redact.ts";

/** About so many characters make a token, in English and for most models; what is counted here is an estimate. */
export const charactersPerToken = 4;

export const estimateTokens = (text: string) => Math.ceil(text.length / charactersPerToken);

/** Foreign text, fit to be shown: secrets out first, so that no half of one is left where it is cut. */
export function quotable(text: string, most: number): string {
  return fit(redact(withoutHidden(text.slice(0, 2 * most + 4_000))), most);
}

/** Foreign data on one line, as JSON: nothing in it can end the quotation. */
export function quotedLine(data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

/** Text between two lines of tildes, longer than any that it holds. */
export function fenced(text: string): string {
  const longest = Math.max(3, ...Array.from(text.matchAll(/~{3,}/g), ([run]) => run.length));
  const fence = "~".repeat(longest + 1);
  return `${fence}\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}`;
}

/** A path as it stands in a list; one with odd characters in quotation marks. */
export const shownPath = (path: string) => (/^[\w./ @+-]+$/.test(path) ? path : JSON.stringify(path));
