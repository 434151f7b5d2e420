import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { runCli } from "../../src/cli.ts";

export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Standing {
  readonly folder: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Columns of a terminal; a pipe by default. */
  readonly columns?: number;
}

/** Runs the CLI in this process, as a user would from the shell. */
export async function kira(
  { folder, stdin = "", env = {}, signal, columns }: Standing,
  ...args: string[]
): Promise<Said> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  if (columns !== undefined) Object.assign(stdout, { columns });
  const said = [text(stdout), text(stderr)] as const;
  const status = await runCli(args, {
    stdin: Readable.from([stdin]),
    stdout,
    stderr,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...env },
    colorDepth: 1,
    folder,
    signal: signal ?? new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await said[0], stderr: await said[1] };
}

/** The same with `--json`; its document, or an error that says what went wrong. */
export async function kiraJson<Document = Record<string, never>>(
  standing: Standing,
  ...args: string[]
): Promise<Document> {
  const { stdout, stderr, status } = await kira(standing, ...args, "--json");
  if (stdout === "") throw new Error(`kira-improve ${args.join(" ")} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Document;
}
