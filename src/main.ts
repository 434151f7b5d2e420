import { runCli } from "./cli.ts";

/** Runs the command line of this process, and tells it to stop on Ctrl-C, SIGTERM or the end of its terminal. */
export async function main(args: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      stopping.abort();
      // Asked twice, we go at once; the next command puts right what is left.
      process.once(signal, () => process.exit(130));
    });
  }
  // The reader of a pipe may leave before us, as `head` does, or the terminal: what was begun is finished all the same.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  return runCli(args, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    colorDepth: 1,
    folder: process.cwd(),
    signal: stopping.signal,
  });
}
