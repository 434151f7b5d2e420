import { z } from "zod";

const schema = z.object({
  text: z.string().optional(),
  costUsd: z.number().min(0).optional(),
  tokens: z.int().min(0).optional(),
  ok: z.boolean().optional(),
  model: z.string().min(1).max(200).optional(),
});

/** What an agent may tell of its attempt, beside what it prints. */
export type Result = z.infer<typeof schema>;

/**
 * Reads an agent's result file. A malformed one is no error: the attempt took place, and what was printed is the
 * answer. The problem is told, so that its author can find out why no costs appear.
 */
export function parseResult(content: string | undefined): { result: Result; problem?: string } {
  if (content === undefined) return { result: {} };
  try {
    const parsed = schema.safeParse(JSON.parse(content));
    if (parsed.success) return { result: parsed.data };
    const fields = parsed.error.issues.map(({ path }) => path.join(".") || "the whole").join(", ");
    return { result: {}, problem: `Its result file was ignored: wrong are ${fields}.` };
  } catch {
    return { result: {}, problem: "Its result file was ignored: it is not JSON." };
  }
}
