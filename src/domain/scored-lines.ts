import { z } from "zod";
import { KiraError } from "./errors.ts";
import { claims, type Claim } from "./verdict/plan.ts";
import { gateRules } from "./verdict/rules.ts";

const score = z.strictObject({
  arm: z.enum(["ledger", "baseline", "candidate"]),
  task: z.string().min(1),
  score: z.number().min(0).max(1),
  family: z.string().min(1).optional(),
  category: z.string().min(1).optional(),
  mustPass: z.boolean().optional(),
  /** Whether the task is one that the change is meant to mend. */
  fixes: z.boolean().optional(),
  /** Whether a model scored it, and may be wrong. */
  judged: z.boolean().optional(),
  /** Asked again, because the task may have been broken. */
  stage: z.literal("guard").optional(),
  /** A fresh baseline trial that was there before the comparison began. */
  shared: z.boolean().optional(),
});

const question = z.strictObject({
  claim: z.enum(claims).optional(),
  delta: z.literal(gateRules.map(({ delta }) => delta)).optional(),
  restarts: z.int().min(0).optional(),
  extensions: z.int().min(0).optional(),
  /** Of a true difference, the share that the model which scored tasks keeps at least. */
  keptAtLeast: z.number().positive().max(1).optional(),
});

/** One outcome of any harness: a score in 0…1 of one task in one arm. */
export type ScoredLine = z.infer<typeof score>;

/** How the outcomes are to be weighed, where a line says so. */
export type AskedLine = z.infer<typeof question> & { readonly claim?: Claim | undefined };

/**
 * A line of `verdict --stdin`.
 * @throws KiraError `invalid`, naming the line and what is wrong with it
 */
export function parseScoredLine(value: unknown, where: string): ScoredLine | AskedLine {
  const isQuestion = typeof value === "object" && value !== null && !("arm" in value) && !("task" in value);
  const parsed = (isQuestion ? question : score).safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the line"}: ${message}`,
  );
  throw new KiraError(
    "invalid",
    `${where} is no outcome: ${problems.join("; ")}. Write {"arm": "baseline" or "candidate", "task": "…", "score": 0…1}, and "family" if tasks resemble each other.`,
    { problems },
  );
}

export const isScore = (line: ScoredLine | AskedLine): line is ScoredLine => "arm" in line;
