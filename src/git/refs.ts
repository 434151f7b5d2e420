import { KiraError } from "../domain/errors.ts";
import { type Git, mayNotWrite, unwritable, withoutHooks } from "./git.ts";

export interface Ref {
  readonly name: string;
  /** What it points to; for an annotated tag, the tag object. */
  readonly oid: string;
  /** The commit in the end, for a tag. */
  readonly target: string;
}

/** A ref to move; `from` undefined creates it, `to` undefined deletes it. */
export interface Move {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const zero = "0".repeat(40);

/** Refs are read and moved by git alone, every move with the value it expects to replace. */
export class Refs {
  readonly #git: Git;

  constructor(git: Git) {
    this.#git = git;
  }

  /** All refs below the prefixes, by name. */
  async list(...prefixes: string[]): Promise<Ref[]> {
    const text = await this.#git.foreign([
      "for-each-ref",
      "--format=%(refname) %(objectname) %(*objectname)",
      ...prefixes,
    ]);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [name = "", oid = "", peeled = ""] = line.split(" ");
        return { name, oid, target: peeled || oid };
      });
  }

  /** Names of those refs below the prefixes whose commit is contained in `commit`. */
  async merged(commit: string, ...prefixes: string[]): Promise<Set<string>> {
    const text = await this.#git.foreign([
      "for-each-ref",
      `--merged=${commit}`,
      "--format=%(refname)",
      ...prefixes,
    ]);
    return new Set(text.split("\n").filter(Boolean));
  }

  /** @returns undefined if there is no such commit */
  async findCommit(revision: string): Promise<string | undefined> {
    const { status, stdout } = await this.#git.foreignAnswer(
      ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`],
      { answers: [1, 128] },
    );
    return status === 0 ? stdout.trim() : undefined;
  }

  /** The branch that HEAD names, even if it has no commit yet; undefined if detached. */
  async head(directory?: string): Promise<string | undefined> {
    const { status, stdout } = await this.#git.foreignAnswer(["symbolic-ref", "--quiet", "HEAD"], {
      answers: [1],
      ...(directory === undefined ? {} : { directory }),
    });
    return status === 0 ? stdout.trim() : undefined;
  }

  /**
   * Moves refs together, each only if it still has its old value.
   * @throws KiraError `conflict` if one has moved; then none is moved
   */
  move(moves: readonly Move[]): Promise<void> {
    return this.#update(moves, "commit");
  }

  /** Moves none. @throws KiraError `conflict` if they could not be moved, for want of a free name as well */
  expectMovable(moves: readonly Move[]): Promise<void> {
    return this.#update(moves, "abort");
  }

  async #update(moves: readonly Move[], end: "commit" | "abort"): Promise<void> {
    const lines = moves.map(({ ref, from, to }) =>
      to === undefined ? `delete ${ref} ${from ?? zero}` : `update ${ref} ${to} ${from ?? zero}`,
    );
    const stdin = ["start", ...lines, "prepare", end, ""].join("\n");
    const { status, stderr } = await this.#git.userAnswer([...withoutHooks, "update-ref", "--stdin"], {
      stdin,
      answers: [1, 128],
      whole: true,
    });
    if (status === 0) return;
    if (mayNotWrite.test(stderr)) throw unwritable(stderr);
    throw new KiraError(
      "conflict",
      `A branch or tag moved at the same moment: ${stderr.trim().split("\n")[0]}. Run the command again.`,
    );
  }

  /** Whether a commit lies in another's history; one that is not there does not. */
  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    const { status } = await this.#git.foreignAnswer(["merge-base", "--is-ancestor", ancestor, commit], {
      answers: [1, 128],
    });
    return status === 0;
  }
}
