import { KiraError } from "./errors.ts";

/**
 * Reads JSON lines.
 * @param skipInvalid record the good lines and report the others, instead of recording nothing
 * @throws KiraError `invalid`, naming the first bad line, unless `skipInvalid`
 */
export function parseLines<Item>(
  text: string,
  parse: (value: unknown, where: string) => Item,
  skipInvalid: boolean,
): { items: Item[]; skipped: string[] } {
  const items: Item[] = [];
  const skipped: string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      items.push(parse(parseJson(line, `Line ${i + 1}`), `Line ${i + 1}`));
    } catch (error) {
      if (!(error instanceof KiraError)) throw error;
      if (!skipInvalid)
        throw new KiraError(error.code, `${error.message} Nothing was recorded.`, { line: i + 1 });
      skipped.push(error.message);
    }
  }
  return { items, skipped };
}

function parseJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `${where} is not valid JSON: ${(cause as Error).message}. Write one object a line.`,
      { cause },
    );
  }
}
