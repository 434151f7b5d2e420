import { type Git, withoutHooks } from "./git.ts";
import type { Objects } from "./objects.ts";
import type { Move } from "./refs.ts";
import { readRef } from "./repository.ts";

/** One notes ref: lines of JSON on commits, appended and never changed. */
export class Notes {
  readonly #git: Git;
  readonly #objects: Objects;
  readonly ref: string;
  /** Below `refs/notes/`. */
  readonly name: string;

  constructor(git: Git, objects: Objects, name: string) {
    this.#git = git;
    this.name = name;
    this.#objects = objects;
    this.ref = `refs/notes/${name}`;
  }

  /** The commits that have a note. */
  async annotated(): Promise<Set<string>> {
    const text = await this.#git.foreign(["notes", `--ref=${this.ref}`, "list"]);
    return new Set(text.split("\n").map((line) => line.slice(41)));
  }

  /** The lines on a commit; undefined if it has no note. */
  async linesOn(commit: string): Promise<string[] | undefined> {
    const tip = readRef(this.#git, this.ref);
    const { tree } = tip === undefined ? {} : await this.#objects.readCommit(tip);
    const found = tree === undefined ? undefined : await this.#find(tree, commit);
    if (!found) return undefined;
    return (await this.#objects.readBlob(found.oid)).toString("utf8").split("\n").filter(Boolean);
  }

  /** Writes the lines of many commits that have no note, in one process. @returns the move that this was */
  async restore(lines: ReadonlyMap<string, readonly string[]>, at: Date): Promise<Move> {
    const { name, email } = await this.#git.committer();
    const tip = readRef(this.#git, this.ref);
    const stream = [
      `commit ${this.ref}\ncommitter ${name} <${email}> ${Math.floor(at.getTime() / 1000)} +0000\n`,
      dataOf("Notes restored from the journal\n"),
      tip === undefined ? "" : `from ${tip}\n`,
      ...[...lines].map(([commit, some]) => `N inline ${commit}\n${dataOf(`${some.join("\n")}\n`)}`),
    ];
    await this.#git.user(["fast-import", "--quiet"], { stdin: stream.join("") });
    return { ref: this.ref, from: tip, to: readRef(this.#git, this.ref) };
  }

  /** Adds the lines of other notes, each once; they are sorted then. @returns the move that this was */
  async merge(other: string): Promise<Move> {
    const from = readRef(this.#git, this.ref);
    const args = ["notes", `--ref=${this.name}`, "merge", "--quiet", "--strategy=cat_sort_uniq", other];
    await this.#git.user([...withoutHooks, ...args]);
    return { ref: this.ref, from, to: readRef(this.#git, this.ref) };
  }

  /**
   * Writes a note with one more line and leaves it to the caller to move the ref to it, together with others.
   * @param mark by which a line is known to be this one
   * @returns undefined if the line is there already, so that a repeated step changes nothing
   */
  async adding(commit: string, line: string, at: Date, mark = line): Promise<Move | undefined> {
    const tip = readRef(this.#git, this.ref);
    const before = tip === undefined ? undefined : (await this.#objects.readCommit(tip)).tree;
    const found = before === undefined ? undefined : await this.#find(before, commit);
    const text = found ? (await this.#objects.readBlob(found.oid)).toString("utf8") : "";
    const lines = text.split("\n").filter(Boolean);
    if (lines.some((known) => known.includes(mark))) return undefined;
    const oid = await this.#objects.writeBlob([...lines, line, ""].join("\n"));
    const path = found?.path ?? pathsOf(commit)[0];
    const tree = await this.#objects.writeTree(before, new Map([[path, { mode: "100644", oid }]]));
    const person = await this.#git.committer();
    const to = await this.#objects.writeCommit({
      tree: tree!,
      parents: tip === undefined ? [] : [tip],
      message: `note on ${commit}\n`,
      ...{ author: person, committer: person, at },
    });
    return { ref: this.ref, from: tip, to };
  }

  async #find(tree: string, commit: string): Promise<{ path: string; oid: string } | undefined> {
    for (const path of pathsOf(commit)) {
      const entry = await this.#objects.find(tree, path);
      if (entry) return { path, oid: entry.oid };
    }
    return undefined;
  }
}

const dataOf = (text: string) => `data ${Buffer.byteLength(text)}\n${text}`;
/** Where git may have a commit's note, by how many there are; it reads any mixture of these. Ours first. */
function pathsOf(commit: string): [string, ...string[]] {
  const cut = (...at: number[]) => [0, ...at].map((from, i) => commit.slice(from, at[i])).join("/");
  return [cut(2), cut(), cut(2, 4), cut(2, 4, 6)];
}
