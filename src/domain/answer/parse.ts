import { KiraError } from "../errors.ts";
import type { Draft, Edit } from "../proposal.ts";
import { firstHidden } from "../hidden.ts";
import { editsOfDiff } from "./diff.ts";
import { invalidAnswer, objectIn } from "./object.ts";
import { answerSchema, type ParsedAnswer } from "./schema.ts";

/** What a model proposed, before anybody has looked at what it would change. */
export type Answer = Pick<Draft, "description" | "hypothesis" | "expectedImprovement" | "risk" | "edits">;

/**
 * Reads what a model answered.
 * @param files what it was shown; a diff has to fit them
 * @throws KiraError `invalid` with a reason that can be sent back, or `refused`
 */
export function parseAnswer(raw: string, files: ReadonlyMap<string, string>): Answer {
  const parsed = answerSchema.safeParse(objectIn(raw));
  if (!parsed.success) throw misshapen(parsed.error.issues);
  refuseHidden(parsed.data);
  const { edits = [], diff = "", ...said } = parsed.data;
  if (edits.length > 0 && diff.trim() !== "")
    throw invalidAnswer("The answer has both edits and a diff.", "Leave one of them out.");
  if (edits.length === 0 && diff.trim() === "")
    throw invalidAnswer("The answer changes nothing: it has no edits.", "Give at least one edit.");
  const made: readonly Edit[] = edits.length > 0 ? edits : editsOfDiff(files, diff);
  return { ...said, edits: made };
}

function misshapen(issues: readonly { path: readonly PropertyKey[]; message: string }[]): KiraError {
  const problems = issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "the object"}: ${message}`);
  return invalidAnswer(
    `The answer does not have the form that was asked for: ${problems.join("; ")}.`,
    "Give every field as the schema says.",
  );
}

function refuseHidden({ edits = [], diff = "", ...said }: ParsedAnswer): void {
  // What an edit takes away was there before.
  const written = edits.flatMap((edit) => {
    if (edit.kind === "write") return [edit.path, edit.content];
    return edit.kind === "replace" ? [edit.path, edit.replace] : [edit.path];
  });
  const added = diff.split("\n").filter((line) => line.startsWith("+"));
  for (const text of [...Object.values(said), ...written, ...added]) {
    // What a decoder puts where it could not read: the text that was meant is lost.
    const found = text.includes("\ufffd") ? "U+FFFD" : firstHidden(text);
    if (found === undefined) continue;
    throw invalidAnswer(
      `The answer contains ${found}, a character that is no text or that nobody would see.`,
      "Leave such characters out.",
    );
  }
}
