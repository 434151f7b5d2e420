import { type BaseContext, Command, Option } from "clipanion";
import { exitStatus, explainSystem, KiraError } from "../domain/errors.ts";
import { printable, printableJson } from "../domain/printable.ts";
import { explainSqlite } from "../store/sqlite-errors.ts";

export interface Context extends BaseContext {
  /** Where the user stands. */
  readonly folder: string;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** What a command has to say: for a program, for a person, and as an exit status. */
export interface Answer {
  readonly json: object;
  readonly text: string;
  readonly status?: number;
}

/**
 * A verb: options in, one step of the loop called, a sentence out. This class owns the output format and the exit
 * status, because clipanion prints escaped errors to stdout with status 1 and turns handled ones into status 0.
 */
export abstract class KiraCommand extends Command<Context> {
  json = Option.Boolean("--json", false, { description: "Print one JSON document" });
  verbose = Option.Boolean("--verbose", false, {
    description: "Show what is done, and why, while it is done",
  });

  protected abstract answer(): Promise<Answer>;

  override async execute(): Promise<number> {
    const { stdout, stderr } = this.context;
    try {
      const { json, text, status = 0 } = await this.answer();
      stdout.write(`${this.json ? printableJson(json) : printable(text)}\n`);
      return status;
    } catch (thrown) {
      const error = explainSqlite(thrown) ?? explainSystem(thrown) ?? thrown;
      stderr.write(renderError(error, this.json));
      return statusOfError(error);
    }
  }

  protected get width(): number {
    return widthOf(this.context.stdout);
  }
}

/** Columns a line may have: those of the terminal, or as many as it takes in a pipe. */
export function widthOf({ columns }: BaseContext["stdout"] & { columns?: number }): number {
  return columns ?? Number.POSITIVE_INFINITY;
}

export function renderError(error: unknown, asJson: boolean): string {
  if (error instanceof KiraError) return `${asJson ? printableJson({ error }) : printable(error.message)}\n`;
  const { message, stack = "" } = error instanceof Error ? error : { message: String(error) };
  const bug = `This is a bug in kira-improve: ${message}`;
  return `${asJson ? printableJson({ error: { code: "bug", message: bug, stack } }) : printable(`${bug}\n${stack}`)}\n`;
}

export function statusOfError(error: unknown): number {
  return error instanceof KiraError ? exitStatus[error.code] : 1;
}

/** A whole number from `least` to `most`. @throws KiraError `invalid` */
export function wholeNumber(text: string, name: string, least = 1, most = Number.MAX_SAFE_INTEGER): number {
  const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new KiraError("invalid", `${name} is "${text}". Give a whole number ${range}.`);
}

/** @throws KiraError `invalid` with the words there are */
export function oneOf<Word extends string>(text: string, name: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new KiraError("invalid", `${name} is "${text}". Use one of: ${words.join(", ")}.`);
}

/** @throws KiraError `invalid` for a word that would be ignored */
export function atMost(words: readonly string[], most: number, verb: string): void {
  if (words.length > most)
    throw new KiraError(
      "invalid",
      `"${words[most]}" is one word too many. See what ${verb} takes with: kira-improve ${verb} --help.`,
    );
}
