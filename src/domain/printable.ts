// Notes, tasks and model answers are foreign text: an escape sequence in them must not drive the terminal.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text with control and direction-changing characters replaced by a visible mark; tabs and newlines stay. */
export function printable(text: string): string {
  return text.replace(control, "\ufffd");
}

/** The text on one line, at most `width` characters, with an ellipsis where it was cut. */
export function oneLine(text: string, width: number): string {
  const flat = printable(text).replace(/\s+/g, " ").trim();
  return flat.length <= width ? flat : `${flat.slice(0, Math.max(0, width - 1))}…`;
}
