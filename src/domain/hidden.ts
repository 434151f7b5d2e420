/**
 * What no reader sees or can trust: control characters, characters that turn the direction of text, tag characters
 * that smuggle letters, halves of characters. Tabs and line breaks are none, nor are the joiners that emoji need.
 */
const hidden =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]|\p{Cs}/u;
const allHidden = new RegExp(hidden.source, "gu");

/** The first such character of a text, as `U+202E`. */
export function firstHidden(text: string): string | undefined {
  const code = hidden.exec(text)?.[0].codePointAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text without them, its lines ended by `\n` alone. */
export function withoutHidden(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(allHidden, "");
}
