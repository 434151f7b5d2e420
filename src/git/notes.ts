import { type Git, withoutHooks } from "./git.ts";

/** One notes ref: lines of JSON on commits, appended and never changed. */
export class Notes {
  readonly #git: Git;
  readonly #ref: string;

  /** @param name below `refs/notes/` */
  constructor(git: Git, name: string) {
    this.#git = git;
    this.#ref = `--ref=${name}`;
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
