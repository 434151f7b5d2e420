import { oneLine, printable } from "./printable.ts";

export type Trailers = ReadonlyArray<readonly [name: string, value: string]>;

/**
 * A commit or tag message: subject, body, trailers, as `git interpret-trailers --parse` reads them.
 * Lines of foreign text that would read as a trailer of ours are escaped, so that they cannot be forged.
 */
export function messageWith(subject: string, body: string, trailers: Trailers): string {
  const paragraphs = [oneLine(subject, 100), escapeTrailers(printable(body)).trim()].filter(
    (part) => part !== "",
  );
  const lines = trailers.map(([name, value]) => `Kira-${name}: ${oneLine(value, 900)}`);
  return `${[...paragraphs, lines.join("\n")].join("\n\n")}\n`;
}

/** Quotes lines that git would take for one of our trailers, or for the end of the message and so of its trailers. */
function escapeTrailers(text: string): string {
  return text.replace(/^(\s*)(kira-[a-z-]+\s*:|---(?!\S)|# -+ >8 -+)/gim, "$1> $2");
}

/**
 * The `Kira-*` trailers in a message's last paragraph, names without the prefix.
 * @returns undefined for a name that occurs twice: nobody can say which one counts
 */
export function trailersOf(message: string): Map<string, string | undefined> {
  const last =
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? "";
  const found = new Map<string, string | undefined>();
  // A line that starts with a space goes on with the value before it.
  for (const line of last.replace(/\n[ \t]+/g, " ").split("\n")) {
    const match = /^Kira-([A-Za-z-]+):\s*(.*)$/.exec(line);
    if (match) found.set(match[1]!, found.has(match[1]!) ? undefined : match[2]!.trim());
  }
  return found;
}
