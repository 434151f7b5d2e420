/** Whether a value that came from outside is what its place asks for. Written by hand: `log` has to start fast. */
export type Check = (value: unknown) => boolean;

export const text =
  (most: number): Check =>
  (value) =>
    typeof value === "string" && value.length <= most;

export const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);

export const oneOf =
  (words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);

export const number: Check = (value) => typeof value === "number" && Number.isFinite(value);

export const between =
  (least: number, most: number): Check =>
  (value) =>
    number(value) && (value as number) >= least && (value as number) <= most;

export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && between(least, most)(value);

export const maybe =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const list =
  (check: Check, least = 0, most = 10_000): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(check);

export const isObject: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An object with these fields; more may be there. */
export const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

/** An object whose keys and values are like this. */
export const record =
  (key: Check, check: Check): Check =>
  (value) =>
    isObject(value) && Object.entries(value as object).every(([name, each]) => key(name) && check(each));
