import { messageOf } from "../../domain/errors.ts";

export type Level = "ok" | "warning" | "failure";

/** One line of a diagnosis. */
export interface Check {
  readonly what: string;
  readonly level: Level;
  readonly found: string;
  /** What goes wrong otherwise; null where nothing does. */
  readonly why: string | null;
  /** A command line to run as it stands, or what to write where; null where all is well. */
  readonly fix: string | null;
  /** Applies the fix, where nobody can lose anything by it. */
  readonly mend?: () => Promise<unknown>;
}

export const ok = (what: string, found: string): Check => ({
  ...{ what, level: "ok", found, why: null, fix: null },
});

type Trouble = Pick<Check, "found" | "why" | "fix" | "mend">;

export const warning = (what: string, trouble: Trouble): Check => ({ what, level: "warning", ...trouble });

export const failure = (what: string, trouble: Trouble): Check => ({ what, level: "failure", ...trouble });

/**
 * What a question that throws means: our errors say in their first sentence what is wrong, then what to do.
 * @param why it matters
 */
export async function asking(what: string, why: string, find: () => Promise<string>): Promise<Check> {
  try {
    return ok(what, await find());
  } catch (error) {
    return failure(what, { why, ...told(error) });
  }
}

/** The first sentence, and what the rest says to do: only the command line, where it ends in one. */
export function told(error: unknown): Pick<Check, "found" | "fix"> {
  const [, found = messageOf(error), advice] = sentences.exec(messageOf(error)) ?? [];
  const command = advice === undefined ? undefined : commandLine.exec(advice)?.[1];
  return { found, fix: command ?? advice ?? null };
}

const sentences = /^(.*?[.!?])(?: (?=[A-Z])([\s\S]+))?$/s;
const commandLine =
  /^[^.;]*?(?:: |with `)((?:sudo |git |kira-improve |npm |ollama )(?:[^`;,"]|"[^"]*")+?)(?:[`,] .*)?[`.]?$/;
