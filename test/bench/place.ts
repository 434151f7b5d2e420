import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bin } from "./build.ts";

/** A temporary repository that kira-improve was set up in; gone at the end of the suite. */
export class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "kira-bench-"));
  /** Exit statuses that are no failure: a verdict's no is one. */
  answers: readonly number[] = [0];

  constructor() {
    this.git("init", "--quiet", "--initial-branch=main");
    for (const [key, value] of Object.entries({ "user.name": "Bench", "user.email": "bench@localhost" }))
      this.git("config", key, value);
    this.git("config", "gc.auto", "0"); // a collection in the middle of a row would be measured with it
    writeFileSync(join(this.folder, "AGENTS.md"), "Be kind.\n");
    this.git("add", ".");
    this.git("commit", "--quiet", "--message=baseline");
    this.kira("init");
    this.git("add", ".");
    this.git("commit", "--quiet", "--message=set up");
  }

  git(...args: readonly string[]): string {
    return this.#run("git", args);
  }

  gitFrom(stdin: string, ...args: readonly string[]): string {
    return this.#run("git", args, { input: stdin });
  }

  node(...args: readonly string[]): string {
    return this.#run(process.execPath, args);
  }

  nodeFrom(stdin: Buffer, ...args: readonly string[]): string {
    return this.#run(process.execPath, args, { input: stdin });
  }

  /** What users run, as a process of its own. */
  kira(...args: readonly string[]): string {
    return this.#run(process.execPath, [bin, ...args]);
  }

  kiraFrom(stdin: string | Buffer, ...args: readonly string[]): string {
    return this.#run(process.execPath, [bin, ...args], { input: stdin });
  }

  /** The most memory in MB that the process of a command has held; where Linux does not say, what node says. */
  peakOf(...args: readonly string[]): number {
    const file = join(this.folder, ".git/peak");
    this.#run(process.execPath, ["--import", reporter, bin, ...args], { env: { PEAK_FILE: file } });
    return Number(readFileSync(file, "utf8")) / 1024;
  }

  #run(
    program: string,
    args: readonly string[],
    { input = "", env = {} }: { input?: string | Buffer; env?: Record<string, string> } = {},
  ): string {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: this.folder,
      input,
      env: { ...process.env, ...env },
      maxBuffer: 1024 ** 3,
    });
    if (status === null || !this.answers.includes(status))
      throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${error ?? stderr}`);
    return stdout.toString();
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// VmHWM is the peak of this program alone; getrusage still knows that of the process it was forked from.
const reporter = `data:text/javascript,${encodeURIComponent(`
  import { existsSync, readFileSync, writeFileSync } from "node:fs";
  process.on("exit", () => {
    const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
    writeFileSync(process.env.PEAK_FILE, /VmHWM:\\s+(\\d+)/.exec(status)?.[1] ?? String(process.resourceUsage().maxRSS));
  });
`)}`;
