import { KiraError } from "../errors.ts";
import { oneLine } from "../printable.ts";

/** Longer answers are no small change; nobody reads them to the end. In characters. */
export const mostCharacters = 500_000;
/** A text with more braces than this that open nothing is no answer with some prose around it. */
const mostStarts = 200;

export const invalidAnswer = (problem: string, remedy: string) =>
  new KiraError("invalid", `${problem} ${remedy}`);

const wanted = "Answer with one JSON object and nothing else.";

/**
 * The one JSON object in a model's answer. What it thought aloud, code fences and prose around it are left out;
 * nothing is repaired and nothing is guessed.
 * @throws KiraError `invalid`, with a reason that can be sent back; `refused` if it says that it will not
 */
export function objectIn(raw: string): unknown {
  if (raw.length > mostCharacters)
    throw invalidAnswer(
      `The answer has ${raw.length} characters; at most ${mostCharacters} are read.`,
      "Propose a smaller change.",
    );
  const text = withoutThoughts(raw).trim();
  if (text === "") throw invalidAnswer("The answer is empty.", wanted);
  const found = objectsIn(text);
  if (found.length === 1) return found[0];
  if (found.length > 1)
    throw invalidAnswer(
      `The answer holds ${found.length} JSON objects, and only one can be meant.`,
      "Answer with that one alone.",
    );
  if (refusal.test(text.slice(0, 400)))
    throw new KiraError(
      "refused",
      `The model declined: "${oneLine(text, 200)}" Ask another model, or look at what it was sent with --show-prompt.`,
    );
  throw invalidAnswer(`The answer holds no JSON object: "${oneLine(text, 120)}".`, wanted);
}

const refusal =
  /\b(I('m| am) (sorry|unable|not able)|I (can('|no)t|cannot|can not|won('|no)t|will not|must decline)|I('d| would) (rather|prefer) not|as an AI)\b/i;

const thoughts = /^\s*<(think|thinking|thought|reasoning|reflection)>/i;

/** Some models begin in thought without saying so: then only the end of it is marked. */
function withoutThoughts(raw: string): string {
  let text = raw.replace(/^\ufeff/, "");
  for (let opened = thoughts.exec(text); opened; opened = thoughts.exec(text)) {
    const end = text.toLowerCase().indexOf(`</${opened[1]!.toLowerCase()}>`);
    if (end < 0)
      throw invalidAnswer(
        "The answer ends within its thoughts.",
        "Think less, and end with the JSON object.",
      );
    text = text.slice(end + opened[1]!.length + 3);
  }
  if (/^\s*(\{|```)/.test(text)) return text;
  const closing = [...text.matchAll(/<\/(?:think|thinking|thought|reasoning|reflection)>/gi)].at(-1);
  return closing ? text.slice(closing.index + closing[0].length) : text;
}

/** An object begins with a name or ends at once; any other brace is prose, such as `{category}`. */
const beginning = /\{\s*(?=["}])/g;

function objectsIn(text: string): unknown[] {
  const found: unknown[] = [];
  let starts = 0;
  for (let from = 0; ;) {
    beginning.lastIndex = from;
    const start = beginning.exec(text)?.index;
    if (start === undefined) return found;
    if (++starts > mostStarts)
      throw invalidAnswer(`The answer opens more than ${mostStarts} objects.`, wanted);
    const end = endOfObject(text, start);
    if (end === undefined)
      throw invalidAnswer(
        "The answer ends within its JSON object: it was cut off, or a quotation mark or brace is missing.",
        "Answer again, shorter, with one whole JSON object.",
      );
    found.push(parse(text.slice(start, end)));
    from = end;
  }
}

/** Where the brace that closes an object stands, strings left out of account; undefined if nothing closes it. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at + 1;
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidAnswer(
      `The answer is not valid JSON: ${oneLine((cause as Error).message, 200)}.`,
      'Escape quotation marks as \\" and line breaks as \\n inside strings, and leave out comments and trailing commas.',
    );
  }
}
