import { fileURLToPath } from "node:url";
import { execa } from "execa";

const bin = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));

export interface Shown {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the demo plays: a repository, with the commands typed in it and what they printed. */
export class Stage {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  chapter(title: string): void {
    process.stdout.write(`\n\u2500\u2500 ${title} ${"\u2500".repeat(Math.max(0, 76 - title.length))}\n\n`);
  }

  say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Runs kira-improve and shows the command with its output, at most `lines` lines of it. */
  async kira(args: readonly string[], lines = 40): Promise<Shown> {
    return this.#show("kira-improve", args, await this.quietly(args), lines);
  }

  async git(args: readonly string[], lines = 40): Promise<Shown> {
    const { exitCode = 1, stdout, stderr } = await execa("git", args, { cwd: this.folder, reject: false });
    return this.#show("git", args, { status: exitCode, stdout, stderr }, lines);
  }

  async quietly(args: readonly string[], input = ""): Promise<Shown> {
    const {
      exitCode = 1,
      stdout,
      stderr,
    } = await execa("node", [bin, ...args], { cwd: this.folder, input, reject: false });
    return { status: exitCode, stdout, stderr };
  }

  /** The document that a command prints with `--json`. */
  async ask<Document>(...args: string[]): Promise<Document> {
    const { stdout, stderr } = await this.quietly([...args, "--json"]);
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as Document;
  }

  #show(program: string, args: readonly string[], shown: Shown, lines: number): Shown {
    const words = args.map((arg) => (/^[\w./:=*-]+$/.test(arg) ? arg : `'${arg}'`));
    this.say(`$ ${[program, ...words].join(" ")}`);
    const all = [
      shown.stdout,
      shown.status === 0
        ? ""
        : shown.stderr
            .split("\n")
            .filter((line) => !/trials/.test(line))
            .join("\n"),
    ]
      .filter(Boolean)
      .join("\n")
      .split("\n");
    this.say(
      all
        .slice(0, lines)
        .map((line) => `  ${line}`.trimEnd())
        .join("\n"),
    );
    if (all.length > lines) this.say(`  … ${all.length - lines} more lines`);
    if (shown.status !== 0) this.say(`  (exit status ${shown.status})`);
    this.say("");
    return shown;
  }
}
