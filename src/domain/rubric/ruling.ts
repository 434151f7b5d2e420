import { z } from "zod";
import { invalidAnswer, objectIn } from "../answer/object.ts";

/** What a judge says of one point. */
export interface Ruling {
  readonly holds: boolean;
  readonly reason: string;
}

/** No judge needs more to say whether some sentences are true. In characters. */
const mostCharacters = 100_000;

const rulingsSchema = z.strictObject({
  points: z.array(
    z.strictObject({
      point: z.int().describe("The number of the point."),
      reason: z.string().trim().min(1).describe("Why, in one short sentence."),
      holds: z.boolean().describe("Whether it is true of the answer."),
    }),
  ),
});

/** The form of a judge's answer, as JSON Schema. */
export function rulingsJsonSchema(): object {
  const { $schema: _, ...schema } = z.toJSONSchema(rulingsSchema);
  return schema;
}

/**
 * Reads what a judge answered. Each point has to be ruled on once, and nothing else be said: what is left out is not
 * taken for a no, nor what is said twice for its first half.
 * @param count how many points there are
 * @returns the rulings in the order of the points
 * @throws KiraError `invalid` with a reason that can be sent back, or `refused`
 */
export function parseRulings(raw: string, count: number): Ruling[] {
  if (raw.length > mostCharacters)
    throw invalidAnswer(`The answer has ${raw.length} characters.`, "Give each point one short reason.");
  const parsed = rulingsSchema.safeParse(objectIn(raw));
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join(".") || "the object"}: ${message}`);
    throw invalidAnswer(
      `The answer does not have the form that was asked for: ${problems.join("; ")}.`,
      "Give every field as the schema says, and no other.",
    );
  }
  const { points } = parsed.data;
  const wanted = Array.from({ length: count }, (_, i) => i + 1);
  const wrong = wanted.find((number) => points.filter(({ point }) => point === number).length !== 1);
  if (wrong !== undefined || points.length !== count)
    throw invalidAnswer(
      wrong === undefined
        ? `There are ${count} points, and the answer rules on ${points.length}.`
        : `Point ${wrong} is not ruled on exactly once.`,
      `Rule on each point from 1 to ${count} once.`,
    );
  return wanted.map((number) => {
    const { holds, reason } = points.find(({ point }) => point === number)!;
    return { holds, reason };
  });
}
