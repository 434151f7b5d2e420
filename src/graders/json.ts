import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { KiraError, messageOf } from "../domain/errors.ts";
import { readLeft } from "./artifact.ts";
import type { Grader } from "./contract.ts";
import { allOf, zero } from "./score.ts";
import type { Check } from "./score.ts";

/** A value in the answer, or in a file, read as JSON. Nothing but white space may stand around it. */
export const json: Grader<"json"> = {
  async grade({ file, path, equals, schema }, { answer, directory }) {
    const left = file === undefined ? { text: answer } : await readLeft(directory, file);
    if (left.text === undefined) return zero(left.why);
    const root = parsed(left.text);
    if (root === undefined)
      return zero(`${file === undefined ? "the answer" : JSON.stringify(file)} is not JSON`);
    const value = valueAt(root, path);
    const where = path === "" ? "the value" : `the value at ${path}`;
    if (value === undefined) return zero(`${where} is missing`);
    const checks: Check[] = [];
    if (equals !== undefined)
      checks.push([isDeepStrictEqual(value, equals), `${where} is not the expected one`]);
    if (schema !== undefined) checks.push([fits(value, schema), `${where} does not fit the schema`]);
    return allOf(checks);
  },
};

/** @returns undefined for what is not JSON; JSON itself has no such value */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Follows `items[0].name` or `items.0.name`; the empty path is the whole. Inherited properties are not there. */
function valueAt(root: unknown, path: string): unknown {
  const steps = path
    .replace(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((step) => step !== "");
  return steps.reduce<unknown>((value, step) => {
    const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, step);
    return isThere ? (value as Record<string, unknown>)[step] : undefined;
  }, root);
}

function fits(value: unknown, schema: object): boolean {
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).success;
  } catch (cause) {
    const why = messageOf(cause).replace(/\.$/, "");
    throw new KiraError(
      "unavailable",
      `The schema of a json criterion cannot be used: ${why}. Correct the task.`,
      { cause },
    );
  }
}
