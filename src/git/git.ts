import { statSync } from "node:fs";
import { execa } from "execa";
import { KiraError } from "../domain/errors.ts";
import { beginCall } from "./call.ts";
import type { Person } from "./objects.ts";
import { foreignEnvironment, foreignSettings, withoutGit } from "./profile.ts";
import type { Repository } from "./repository.ts";

export interface GitOptions {
  readonly stdin?: string | Buffer;
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit statuses that are answers, not errors; 0 is always one. */
  readonly answers?: readonly number[];
  /** Another working tree to run in. */
  readonly directory?: string;
  /** Out of reach of Ctrl-C, which a terminal sends to all programs in it: what moves refs or files is done whole. */
  readonly whole?: boolean;
  /** How bytes become text: `latin1` keeps each of them. */
  readonly encoding?: "utf8" | "latin1";
}

/** How a git command ended, when its status is part of the answer. */
export interface GitAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const oldest = [2, 38] as const;
/** Who commits where git has been told neither name nor address. */
export const ourselves: Person = { name: "kira-improve", email: "kira-improve@localhost" };

/** The user's hooks are for what the user does, and those of the content we move to must not run at all. */
export const withoutHooks = ["-c", "core.hooksPath=/dev/null"];
// Our own writes survive a power cut.
const durable = ["-c", "core.fsync=all", "-c", "gc.auto=0", "-c", "maintenance.auto=false"];

const signing = {
  commit: ["commit.gpgSign"],
  tag: ["tag.gpgSign", "tag.forceSignAnnotated"],
} as const;

/**
 * git as a program, in two profiles: `user` for the user's own checkout, branches, tags and notes, where their
 * configuration applies; `foreign` for every call that reads or materialises what a model may have written.
 */
export class Git {
  /** The git directory shared by all working trees. */
  readonly commonDir: string;
  readonly #repository: Repository;
  #committer: Promise<Person> | undefined;
  #trusted: Promise<readonly string[]> | undefined;
  #signs: Promise<ReadonlySet<string>> | undefined;

  constructor(repository: Repository) {
    this.#repository = repository;
    this.commonDir = repository.commonDir;
  }

  /** Who commits: the user, or we ourselves where git has been told neither name nor address. */
  committer(): Promise<Person> {
    this.#committer ??= this.#run(["var", "GIT_COMMITTER_IDENT"], { answers: [128] }).then(({ stdout }) => {
      const [, name, email] = /^(.*) <(.*)> \d+ [-+]\d+$/.exec(stdout) ?? [];
      return name && email ? { name, email } : ourselves;
    });
    return this.#committer;
  }

  /** The setting by which the user has every commit or tag signed; undefined if none does. Our tags are annotated. */
  async signedBy(what: "commit" | "tag"): Promise<string | undefined> {
    const asked = [
      "config",
      "--type=bool",
      "--get-regexp",
      "^(commit\\.gpgsign|tag\\.(gpgsign|forcesignannotated))$",
    ];
    this.#signs ??= this.#run(asked, { answers: [1] }).then(
      // The last word on a setting counts.
      ({ stdout }) =>
        new Set(
          [...new Map(stdout.split("\n").map((line) => line.split(" ") as [string, string]))].flatMap(
            ([key, value]) => (value === "true" ? key : []),
          ),
        ),
    );
    const found = await this.#signs;
    return signing[what].find((setting) => found.has(setting.toLowerCase()));
  }

  /** Standard output without the last newline. @throws KiraError `unavailable` if git fails */
  async user(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.userAnswer(args, options)).stdout;
  }

  async userAnswer(args: readonly string[], options: GitOptions = {}): Promise<GitAnswer> {
    const { name, email } = await this.committer();
    const identity = {
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
    };
    return this.#run([...durable, ...args], {
      ...options,
      environment: { ...identity, ...options.environment },
    });
  }

  async foreign(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.foreignAnswer(args, options)).stdout;
  }

  async foreignAnswer(args: readonly string[], options: GitOptions = {}): Promise<GitAnswer> {
    return this.#run([...(await this.#trust()), ...foreignSettings, ...args], {
      ...options,
      environment: { ...foreignEnvironment, ...options.environment },
    });
  }

  /** Another user's repository is trusted if the user's own settings say so, which foreign calls do not read. */
  #trust(): Promise<readonly string[]> {
    const { worktree, gitDir, commonDir } = this.#repository;
    if (this.#trusted) return this.#trusted;
    const areOurs = [worktree, gitDir, commonDir].every((path) => statSync(path).uid === process.geteuid?.());
    this.#trusted = areOurs
      ? Promise.resolve([])
      : this.#run(["rev-parse", "--git-dir"], {}).then(() => ["-c", "safe.directory=*"]);
    return this.#trusted;
  }

  async #run(
    args: readonly string[],
    { stdin, environment, answers = [], directory, whole = false, encoding = "utf8" }: GitOptions,
  ): Promise<GitAnswer> {
    const call = whole ? beginCall(this.commonDir) : undefined;
    const result = await execa("git", args, {
      cwd: directory ?? this.#repository.worktree,
      env: {
        ...withoutGit(process.env),
        LC_ALL: "C",
        GIT_TERMINAL_PROMPT: "0",
        ...environment,
        ...call?.environment,
      },
      extendEnv: false,
      reject: false,
      detached: whole,
      encoding,
      maxBuffer: 1024 ** 3,
      ...(stdin === undefined ? { stdin: "ignore" as const } : { input: stdin }),
    });
    if (result.exitCode !== undefined) call?.end();
    if (result.exitCode === undefined) {
      if (result.isTerminated)
        throw new KiraError(
          "interrupted",
          `git ${args.at(-1)} was ended by ${result.signal}. Run the command again.`,
        );
      throw new KiraError(
        "unavailable",
        "git cannot be started. Install git 2.38 or newer and make sure it is on PATH.",
        { cause: result },
      );
    }
    if (result.exitCode !== 0 && !answers.includes(result.exitCode)) throw failure(args, result.stderr);
    return { status: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  }

  /** @throws KiraError `unavailable` for a git that is missing or too old */
  async checkVersion(): Promise<string> {
    const { stdout: text } = await this.#run(["version"], {});
    const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))
      return text.replace("git version ", "");
    throw new KiraError(
      "unavailable",
      `This is ${text}, and ${oldest.join(".")} is the oldest that works. Install a newer git.`,
    );
  }
}

/** How git says that it has no permission: also of a lock, which then nobody holds. */
export const mayNotWrite =
  /(unable to create|could not open|cannot lock|unable to write|insufficient permission).*(Permission denied|Read-only file system)|insufficient permission for adding an object/i;

export function unwritable(stderr: string): KiraError {
  const [said = ""] = stderr.split("\n").filter((line) => mayNotWrite.test(line));
  return new KiraError(
    "unavailable",
    `git may not write here: ${said.trim()}. Give yourself permission and run the command again.`,
  );
}

function failure(args: readonly string[], stderr: string): KiraError {
  const verb = args.filter((arg, i) => arg !== "-c" && args[i - 1] !== "-c")[0] ?? "";
  const said = stderr.trim().split("\n").slice(-3).join(" ") || "nothing more";
  if (mayNotWrite.test(stderr)) return unwritable(stderr);
  if (/index\.lock|\.lock'?: File exists|cannot lock ref/i.test(stderr))
    return new KiraError(
      "conflict",
      `git ${verb} found the repository locked or changed by another program: ${said}. Wait for that program, then run the command again.`,
    );
  const [, stranger] = /dubious ownership in repository at '(.+)'/.exec(stderr) ?? [];
  if (stranger !== undefined)
    return new KiraError(
      "unavailable",
      `git does not trust ${stranger}, because it belongs to another user. If you do, say so with: git config --global --add safe.directory "${stranger}".`,
    );
  if (/No space left on device/i.test(stderr))
    return new KiraError(
      "unavailable",
      `The disk is full: ${said}. Free some space and run the command again.`,
    );
  return new KiraError(
    "unavailable",
    `git ${verb} failed: ${said}. Correct what it names and run the command again.`,
  );
}
