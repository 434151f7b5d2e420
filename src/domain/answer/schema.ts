import { z } from "zod";
import { risks } from "../proposal.ts";

/** More edits than this are no small change; `limits.files` says how many files. */
const mostEdits = 50;

const path = z.string().min(1).max(1024).describe("Relative to the repository, exactly as listed.");
const sentence = z.string().trim().min(1).max(600);

const replace = z.strictObject({
  kind: z.literal("replace"),
  path,
  find: z.string().min(1).describe("Copied exactly from the file; it has to occur there exactly once."),
  replace: z.string().describe("What stands there instead."),
});
const write = z.strictObject({
  kind: z.literal("write"),
  path,
  content: z.string().describe("The whole content of the file."),
});
const remove = z.strictObject({ kind: z.literal("delete"), path });

/** What a model is asked to answer. Keys that it adds beside these are ignored; inside an edit they are errors. */
export const answerSchema = z.object({
  description: z
    .string()
    .trim()
    .min(1)
    .max(4000)
    .describe("What is changed and why, for a person to review."),
  hypothesis: sentence.describe("One sentence: what this change makes the agent do that it did not do."),
  expectedImprovement: sentence.describe(
    "One sentence that new trials can prove wrong: which kind of task passes that fails now, and how often.",
  ),
  risk: z.enum(risks).describe("low for wording, medium for behaviour, high for settings and permissions."),
  edits: z
    .array(z.discriminatedUnion("kind", [replace, write, remove]))
    .max(mostEdits)
    .optional()
    .describe("The changes; all are applied, or none."),
  diff: z.string().max(400_000).optional().describe("A unified diff, instead of edits."),
});

export type ParsedAnswer = z.infer<typeof answerSchema>;

/** Not every provider takes these in a schema, and we check them ourselves. */
const limits = ["minLength", "maxLength", "maxItems"];

/** The same as JSON Schema, in the part of it that every provider understands. */
export function answerJsonSchema(): object {
  const asked = answerSchema.omit({ diff: true }).required({ edits: true }).strict();
  const { $schema: _, ...schema } = z.toJSONSchema(asked, {
    io: "input",
    override: ({ jsonSchema }) => {
      for (const limit of limits) delete (jsonSchema as Record<string, unknown>)[limit];
      if (!jsonSchema.oneOf) return;
      jsonSchema.anyOf = jsonSchema.oneOf;
      delete jsonSchema.oneOf;
    },
  });
  return schema;
}
