import { type Git, withoutHooks } from "./git.ts";

/** One notes ref: lines of JSON on commits, appended and never changed. */
export class Notes {
  readonly #git: Git;
  readonly #ref: string;
  /** Below `refs/notes/`. */
  readonly name: string;

  constructor(git: Git, name: string) {
    this.#git = git;
    this.name = name;
    this.#ref = `--ref=${name}`;
  }

  /** The commits that have a note. */
  async annotated(): Promise<Set<string>> {
    const text = await this.#git.foreign(["notes", this.#ref, "list"]);
    return new Set(text.split("\n").map((line) => line.slice(41)));
  }

  /** Writes the lines of many commits that have no note, in one process. */
  async restore(lines: ReadonlyMap<string, readonly string[]>, at: Date): Promise<void> {
    const { name, email } = await this.#git.committer();
    const ref = `refs/notes/${this.name}`;
    const tip = await this.#git.foreignAnswer(["rev-parse", "--verify", "--quiet", ref], { answers: [1] });
    const stream = [
      `commit ${ref}\ncommitter ${name} <${email}> ${Math.floor(at.getTime() / 1000)} +0000\n`,
      dataOf("Notes restored from the journal\n"),
      tip.status === 0 ? `from ${tip.stdout}\n` : "",
      ...[...lines].map(([commit, some]) => `N inline ${commit}\n${dataOf(`${some.join("\n")}\n`)}`),
    ];
    await this.#git.user(["fast-import", "--quiet"], { stdin: stream.join("") });
  }

  /** The lines on a commit, oldest first. */
  async read(commit: string): Promise<string[]> {
    const { status, stdout } = await this.#git.foreignAnswer(["notes", this.#ref, "show", commit], {
      answers: [1],
    });
    return status === 0 ? stdout.split("\n").filter(Boolean) : [];
  }

  /** Adds a line; one that is there already is not added again, so that a repeated step changes nothing. */
  async append(commit: string, line: string): Promise<void> {
    const lines = await this.read(commit);
    if (lines.includes(line)) return;
    const text = [...lines, line].join("\n") + "\n";
    const args = ["notes", this.#ref, "add", "--force", "--file=-", commit];
    await this.#git.user([...withoutHooks, ...args], { stdin: text, whole: true });
  }
}

const dataOf = (text: string) => `data ${Buffer.byteLength(text)}\n${text}`;
