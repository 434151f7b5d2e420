import { KiraError } from "./errors.ts";

export const results = ["success", "failure", "partial"] as const;
export type Result = (typeof results)[number];

/** Who told us: rates are computed on real work, so a merge is not counted as work. */
export const sources = ["cli", "stdin", "hook", "merge"] as const;
export type Source = (typeof sources)[number];

/** What happened when the agent did one real task. */
export interface Outcome {
  readonly id: number;
  /** UTC, ISO 8601 with milliseconds. */
  readonly timestamp: string;
  readonly task: string;
  readonly outcome: Result;
  readonly category: string;
  readonly durationSeconds: number | null;
  readonly notes: string | null;
  /** The number of the proposal that this outcome is about. */
  readonly improvementId: number | null;
  readonly sessionKey: string | null;
  readonly source: Source;
  /** The commit of the production branch that was live; for `hook`, the commit that was the work. */
  readonly commit: string | null;
}

/** An outcome as it is reported, before it has a number, a source and a commit. */
export type NewOutcome = Omit<Outcome, "id" | "source" | "commit">;

/** One journal line holds one outcome; longer notes are refused, never cut. */
export const maxNotesBytes = 48 * 1024;
const maxTaskBytes = 8 * 1024;
const maxKeyBytes = 512;

const fields = [
  "task",
  "outcome",
  "category",
  "durationSeconds",
  "duration",
  "notes",
  "improvementId",
  "sessionKey",
  "timestamp",
];

/**
 * Reads an outcome from outside data. Written by hand, with no schema library: `log` has to start fast.
 * @param where names the source in the error, such as "Line 3".
 * @throws KiraError `invalid`
 */
export function parseOutcome(input: unknown, where: string, now: string): NewOutcome {
  const fail = (problem: string, remedy: string): never => {
    throw new KiraError("invalid", `${where}: ${problem} ${remedy}`);
  };
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return fail(
      "this is not a JSON object.",
      'Write one object a line, such as {"task":"…","outcome":"failure","category":"code"}.',
    );
  const given = input as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !fields.includes(key));
  if (unknown !== undefined)
    fail(`"${unknown}" is not a field of an outcome.`, `The fields are ${fields.join(", ")}.`);

  const text = (key: string, limit: number): string | null => {
    const value = given[key];
    if (value === undefined || value === null) return null;
    if (typeof value !== "string") return fail(`${key} is not text.`, "Put it in quotes.");
    if (Buffer.byteLength(value) > limit)
      return fail(
        `${key} is longer than ${limit} bytes.`,
        "Shorten it, or keep the full text elsewhere and log where it is.",
      );
    return value;
  };
  const required = (key: string, limit: number, remedy = `Say ${key} in a few words.`): string => {
    const value = text(key, limit);
    return value === null || value.trim() === "" ? fail(`${key} is missing.`, remedy) : value;
  };
  const whole = (key: string, least: number, isFine = Number.isFinite): number | null => {
    const value = given[key];
    if (value === undefined || value === null) return null;
    if (typeof value !== "number" || !isFine(value) || value < least || value > Number.MAX_SAFE_INTEGER)
      return fail(
        `${key} is ${JSON.stringify(value)}.`,
        `Give a ${isFine === Number.isInteger ? "whole " : ""}number of at least ${least}.`,
      );
    return Math.round(value);
  };
  const result = required("outcome", maxKeyBytes, `Use one of ${results.join(", ")}.`);
  if (!(results as readonly string[]).includes(result))
    fail(`"${result}" is not an outcome.`, `Use one of ${results.join(", ")}.`);
  const timestamp = text("timestamp", maxKeyBytes);
  if (timestamp !== null && Number.isNaN(Date.parse(timestamp)))
    fail(`"${timestamp}" is not a time.`, "Write it like 2026-01-31T09:30:00Z.");

  return {
    timestamp: timestamp === null ? now : new Date(timestamp).toISOString(),
    task: required("task", maxTaskBytes),
    outcome: result as Result,
    category: required("category", maxKeyBytes),
    durationSeconds: whole("durationSeconds", 0) ?? whole("duration", 0),
    notes: text("notes", maxNotesBytes),
    improvementId: whole("improvementId", 1, Number.isInteger),
    sessionKey: text("sessionKey", maxKeyBytes),
  };
}
