import { KiraError } from "../domain/errors.ts";

/** A row of the index is not as it was written. */
export class IndexDamage extends KiraError {
  constructor(table: string) {
    super("conflict", `The index is damaged in its table ${table}. Run: kira-improve reindex.`);
  }
}

/** Whether an error says that the index does not hold what was put into it: then it is made again. */
export function isIndexDamage(error: unknown): boolean {
  // The last: what SQLite keeps beside the database was deleted, and another process has begun it anew.
  const codes = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/;
  if (error instanceof IndexDamage) return true;
  return error instanceof Error && "code" in error && codes.test(String(error.code));
}

/** What a failure of SQLite means to the user; undefined for one that is a bug of ours. */
export function explainSqlite(error: unknown): KiraError | undefined {
  // By name, so that a command that fails before it needs the database does not load it.
  if (!(error instanceof Error) || error.name !== "SqliteError" || !("code" in error)) return undefined;
  const { message } = error;
  const code = String(error.code);
  if (isIndexDamage(error))
    return new KiraError("conflict", `The index is damaged: ${message}. Run: kira-improve reindex.`, {
      cause: error,
    });
  if (/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(code))
    return new KiraError(
      "unavailable",
      `The index cannot be written: ${message}. Free some disk space or mend its permissions, and run the command again.`,
      { cause: error },
    );
  if (code.startsWith("SQLITE_BUSY"))
    return new KiraError(
      "conflict",
      "Another program holds the index. Wait until it has finished, then run the command again.",
      { cause: error },
    );
  return undefined;
}
