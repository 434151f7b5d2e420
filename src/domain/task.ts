import { z } from "zod";
import { KiraError } from "./errors.ts";

const weight = z.number().positive().default(1);
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, "may hold a-z, 0-9, dot, dash and underscore, at most 80");
const pattern = z.string().refine(isPattern, "is not a regular expression");
const inside = z
  .string()
  .refine(
    (path) => !path.startsWith("/") && !path.split("/").includes(".."),
    "leads out of the trial's folder",
  );

const text = z.strictObject({
  type: z.literal("text"),
  equals: z.string().optional(),
  contains: z.string().optional(),
  matches: pattern.optional(),
  not: z.string().optional(),
  weight,
});
const file = z.strictObject({
  type: z.literal("file"),
  path: inside,
  exists: z.boolean().optional(),
  equals: z.string().optional(),
  contains: z.string().optional(),
  weight,
});
const json = z.strictObject({
  type: z.literal("json"),
  file: inside.optional(),
  path: z.string().default(""),
  equals: z.json().optional(),
  schema: z.record(z.string(), z.json()).optional(),
  weight,
});
const command = z.strictObject({
  type: z.literal("command"),
  run: z.array(z.string()).min(1),
  timeoutSeconds: z.number().positive().max(3600).default(30),
  weight,
});

/** A sentence that is true or false of an answer; one that is only a string weighs 1. */
const point = z.preprocess(
  (value) => (typeof value === "string" ? { says: value } : value),
  z.strictObject({ says: z.string().trim().min(1).max(1000), weight }),
);
const rubric = z.strictObject({
  type: z.literal("rubric"),
  points: z.array(point).min(1).max(20),
  weight,
});

const asks = (keys: readonly string[]) => (criterion: object) =>
  keys.some((key) => Object.hasOwn(criterion, key));

export const criterionSchema = z.discriminatedUnion("type", [
  text.refine(
    asks(["equals", "contains", "matches", "not"]),
    "asks nothing: give equals, contains, matches or not",
  ),
  file.refine(asks(["exists", "equals", "contains"]), "asks nothing: give exists, equals or contains"),
  json.refine(asks(["equals", "schema"]), "asks nothing: give equals or schema"),
  command,
  rubric,
]);

export const taskSchema = z.strictObject({
  $schema: z.string().optional(),
  name,
  description: z.string().min(1),
  category: z.string().min(1),
  prompt: z.string().min(1),
  criteria: z
    .array(criterionSchema)
    .min(1)
    .refine(
      (criteria) => criteria.length === 1 || criteria.every(({ type }) => type !== "rubric"),
      "a rubric stands alone, so that it is known what its judge's errors do to the score; ask for the rest in another task",
    ),
  difficulty: z.enum(["easy", "medium", "hard"]).default("medium"),
  enabled: z.boolean().default(true),
  split: z.enum(["seen", "held-out"]).default("seen"),
  /** Tasks of one family resemble each other; a family counts once for what generalises. */
  family: z.string().min(1).optional(),
  mustPass: z.boolean().default(false),
  /** A right answer: it shows that the task can be passed. A task in a folder may have a folder `solution/` instead. */
  solution: z.string().optional(),
  /** Cannot be passed honestly: it never decides, and a pass says that something was got at. */
  impossible: z.boolean().default(false),
  timeoutSeconds: z.number().positive().max(86_400).optional(),
});

export type Criterion = z.infer<typeof criterionSchema>;
export type Rubric = Extract<Criterion, { type: "rubric" }>;

/** One exam question. */
export interface Task extends z.infer<typeof taskSchema> {
  /** The file it was read from, relative to the repository. */
  readonly file: string;
  /** Files put beside the agent before it starts: path in the trial's folder → blob. */
  readonly fixtures: Readonly<Record<string, string>>;
  /** Programs that `command` criteria run: path as they name it → blob. */
  readonly graders: Readonly<Record<string, string>>;
  /** What a right attempt leaves: path in the trial's folder → blob; `answer.txt` is its answer. No agent sees it. */
  readonly solutions: Readonly<Record<string, string>>;
  /** Of everything that shapes the attempt: prompt, fixtures, time limit. */
  readonly attemptDigest: string;
  /** Of everything that shapes the grade: the criteria, and the programs or the model that judge by them. */
  readonly gradingDigest: string;
}

/** The exam: all tasks, by name. */
export interface TaskBank {
  readonly tasks: readonly Task[];
  /** Of all enabled tasks; it stands in every evaluation. */
  readonly digest: string;
  /** The part of it that shapes attempts: with another grader alone, those that are stored still count. */
  readonly attempts: string;
}

/** In a folder `solution/`: what a right attempt prints. */
export const answerFile = "answer.txt";

/** What a model is asked of the answers to a task; undefined where programs judge them. */
export const rubricOf = ({ criteria }: Pick<Task, "criteria">): Rubric | undefined =>
  criteria.find((criterion) => criterion.type === "rubric");

/** Whether a grader looks at files, and not at the answer alone. */
export const looksAtFiles = ({ criteria }: Pick<Task, "criteria">): boolean =>
  criteria.some(
    (criterion) =>
      criterion.type === "file" ||
      criterion.type === "command" ||
      (criterion.type === "json" && criterion.file !== undefined),
  );

/** @throws KiraError `invalid`, naming the file and every wrong field */
export function parseTask(content: string, file: string): z.infer<typeof taskSchema> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new KiraError(
      "invalid",
      `The task ${file} is not valid JSON: ${(cause as Error).message}. Correct the file.`,
      { cause, file },
    );
  }
  const parsed = taskSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the file"}: ${message}`,
  );
  throw new KiraError(
    "invalid",
    `The task ${file} cannot be used: ${problems.join("; ")}. Correct the file.`,
    { file, problems },
  );
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "m") instanceof RegExp;
  } catch {
    return false;
  }
}
