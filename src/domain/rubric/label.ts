import { z } from "zod";
import { KiraError } from "../errors.ts";

const labelSchema = z
  .strictObject({
    task: z.string().min(1),
    answer: z.string(),
    /** The points in words, for whoever labels. */
    says: z.array(z.string()).optional(),
    points: z.array(z.boolean()).min(1).optional(),
    pass: z.boolean().optional(),
  })
  .refine(({ points, pass }) => (points === undefined) !== (pass === undefined), "give points, or pass");

/** What a person says of an answer: which points hold, or whether it passes. */
export type Label = z.infer<typeof labelSchema>;

/** @throws KiraError `invalid`, naming the line and what is wrong with it */
export function parseLabel(value: unknown, where: string): Label {
  const parsed = labelSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the line"}: ${message}`,
  );
  throw new KiraError(
    "invalid",
    `${where} is no label: ${problems.join("; ")}. Write {"task": "…", "answer": "…", "points": [true, false]}, with a word for each point of the task's rubric.`,
    { problems },
  );
}

/**
 * Which of so many points hold by a label. That an answer passes says so of all of them; that it does not says which
 * only where there is one.
 * @throws KiraError `invalid`
 */
export function pointsOf({ task, points, pass }: Label, count: number): readonly boolean[] {
  if (pass === true || (pass === false && count === 1)) return Array.from({ length: count }, () => pass);
  if (points?.length === count) return points;
  throw new KiraError(
    "invalid",
    points
      ? `A label for ${task} has ${points.length} points, and its rubric has ${count}. Give true or false for each, in their order.`
      : `A label says that an answer to ${task} does not pass, and not which of its ${count} points do not hold. Write "points" with true or false for each.`,
    { task },
  );
}
