import { KiraError } from "../domain/errors.ts";

export type Value = number | string | boolean;

/** The text of a JSON file, and how to say where a value stands in it: `retries.max`, `routes.0.weight`. */
export interface Place {
  readonly file: string;
  readonly text: string;
  readonly path: string;
}

/** @throws KiraError `invalid` if the file is not JSON or has no plain value there */
export function readKnob({ file, text, path }: Place): Value {
  const { holder, key } = holderOf(parse(file, text), path);
  const value = holder?.[key];
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  throw new KiraError(
    "invalid",
    `${file} has no number, text or truth value at "${path}". Correct the path in propose.knobs, or the file.`,
  );
}

/**
 * The text with another value in that place and every other byte as it was, so that comments in keys, order
 * and layout survive. Rather than parse JSON a second time with positions, it tries each literal that reads
 * like the present value and keeps the one change after which the file says exactly what it should.
 */
export function turnKnob(place: Place, value: Value): string {
  const { file, text, path } = place;
  const present = readKnob(place);
  const wanted = parse(file, text);
  const { holder, key } = holderOf(wanted, path);
  holder![key] = value;
  const goal = JSON.stringify(wanted);
  for (const { 0: literal, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false/g)) {
    if (JSON.parse(literal) !== present) continue;
    const turned = text.slice(0, index) + JSON.stringify(value) + text.slice(index + literal.length);
    // A key can read like the value; replacing it may leave no JSON, or another file than the one we want.
    if (JSON.stringify(parse(file, turned)) === goal) return turned;
  }
  throw new KiraError(
    "invalid",
    `${file} says "${path}" more than once. Keep one of them and run the command again.`,
  );
}

/** The other values, nearest to the present one first; `upward` says which of two neighbours comes first. */
export function nearestValues(values: readonly Value[], present: Value, upward: boolean): Value[] {
  const known = values.indexOf(present);
  // A number that is not in the list stands between those that are; anything else stands before them all.
  const smaller = values.filter((value) => typeof value === "number" && value < Number(present)).length;
  const at = known >= 0 ? known : smaller - 0.5;
  const ranked = values.map((value, place) => ({ value, distance: Math.abs(place - at), above: place > at }));
  return ranked
    .filter(({ value }) => value !== present)
    .sort((a, b) => a.distance - b.distance || (a.above === upward ? -1 : 1))
    .map(({ value }) => value);
}

type Holder = Record<string, unknown>;

function holderOf(json: unknown, path: string): { holder: Holder | undefined; key: string } {
  const keys = path.split(".");
  let holder: unknown = json;
  for (const key of keys.slice(0, -1)) holder = ownValue(holder, key);
  const last = keys.at(-1)!;
  return { holder: ownValue(holder, last) === undefined ? undefined : (holder as Holder), key: last };
}

function ownValue(holder: unknown, key: string): unknown {
  return typeof holder === "object" && holder !== null && Object.hasOwn(holder, key)
    ? (holder as Holder)[key]
    : undefined;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `${file} is not valid JSON, so no knob in it can be turned. Correct the file.`,
      { cause },
    );
  }
}
