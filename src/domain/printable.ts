// Notes, tasks and model answers are foreign text: an escape sequence in them must not drive the terminal.
const control =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** The text with control and direction-changing characters replaced by a visible mark; tabs and newlines stay. */
export function printable(text: string): string {
  return text.replace(control, "\ufffd");
}

/** JSON in which those characters are escaped: it means the same, and is safe on a terminal. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(control, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** The text on one line, at most `width` characters, with an ellipsis where it was cut. */
export function oneLine(text: string, width: number): string {
  return fit(printable(text).replace(/\s+/g, " ").trim(), width);
}

/** The text cut to `width` characters, with an ellipsis; a surrogate pair is kept or dropped as a whole. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  return `${text.slice(0, Math.max(0, width - 1)).replace(/[\ud800-\udbff]$/, "")}…`;
}
