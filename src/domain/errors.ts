/** Every way a command can end without being done, and the exit status that says so. */
export const exitStatus = {
  invalid: 2, // the request or the config is malformed
  "not-found": 3, // no such proposal, task or node
  conflict: 4, // the state changed under us, or someone else holds it
  refused: 5, // a gate said no
  inconclusive: 6, // the evidence does not decide
  unavailable: 7, // git, a model, an agent, a sandbox or the disk is not there
  interrupted: 130, // Ctrl-C, SIGTERM or SIGHUP
} as const;

export type ErrorCode = keyof typeof exitStatus;

type Details = Readonly<Record<string, unknown>>;

/**
 * An error we expected and can explain: one sentence that says what is wrong and one that says what to do.
 * Anything else that is thrown is a bug and keeps its stack trace.
 */
export class KiraError extends Error {
  override readonly name = "KiraError";
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, message: string, { cause, ...details }: { cause?: unknown } & Details = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  toJSON(): Details {
    return { code: this.code, message: this.message, ...this.details };
  }
}

/** The message of whatever was thrown, for sentences that quote it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const systemFailures: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOSPC: ["The disk is full", "Free some space"],
  EDQUOT: ["Your share of the disk is used up", "Free some space"],
  EROFS: ["The file system is read-only", "Make it writable"],
  EACCES: ["A file may not be read or written", "Give yourself permission"],
};

/** What a failure of the system means to the user; undefined for one that may be a bug of ours. */
export function explainSystem(error: unknown): KiraError | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const [what, remedy] = systemFailures[String(error.code)] ?? [];
  if (what === undefined) return undefined;
  return new KiraError("unavailable", `${what}: ${error.message}. ${remedy} and run the command again.`, {
    cause: error,
  });
}
